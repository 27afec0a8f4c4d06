"""Imports: a table is sent, checked or taken in, watched until it is over; its mistakes are fetched, mended and sent again.

begun = client.imports.send(Path("people.xlsx"), "participants", dry_run=True)
done = client.imports.wait(begun.id)
if done.refused:
    client.imports.download_mistakes(done.id, Path("mistakes.csv"))
else:
    client.imports.apply(done.id)
"""

from collections.abc import Callable
from pathlib import Path

from app.client.asking import Ask, Fetch, Id, Progress, Upload, Watch, at, get, post, query, send
from app.client.calling import By, Resource, call, fetched, watched
from app.contract.imports import UNDER_WAY, Import, ImportApplication, ImportKind, ImportPolicy

_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip",
    ".zip": "application/zip",
}


class Imports(Resource[By]):
    """Tables that are taken in as a whole."""

    @call
    def send(
        self,
        file: Path,
        kind: ImportKind,
        *,
        dry_run: bool = False,
        policy: ImportPolicy = "all",
        progress: Progress | None = None,
        once: str | None = None,
    ) -> Ask[Import]:
        """Send a table, piece by piece: CSV (packed with gzip or zip, too), XLSX or Parquet. The answer is an import that has just begun.

        `dry_run` checks it alone. `policy`: `all` rows or none; or those that are `good`, and the others are given back.
        """
        upload = Upload(file, _MEDIA_TYPES.get(file.suffix.lower(), "application/octet-stream"), progress)
        return send(at("imports"), upload, Import, once=once, kind=kind, dry_run=dry_run, policy=policy)

    @call
    def get(self, run: Id) -> Ask[Import]:
        """What became of one, or how far it is."""
        return get(at("imports", run), Import)

    @watched
    def wait(self, run: Id, *, told: Callable[[Import], None] | None = None, every: float = 0.5) -> Watch[Import]:
        """Wait until it is over; `told` is called every so many seconds with how far it is."""
        return Watch(get(at("imports", run), Import), lambda one: one.status not in UNDER_WAY, told, every)

    @call
    def apply(self, run: Id, *, policy: ImportPolicy = "all", once: str | None = None) -> Ask[Import]:
        """Take in one that was only checked, or refused, or did not get through, without sending it again."""
        return post(at("imports", run, "application"), ImportApplication(policy=policy), Import, once=once)

    @call
    def cancel(self, run: Id) -> Ask[Import]:
        """Stop one before its rows are in."""
        return Ask("POST", at("imports", run, "cancellation"), Import, {})

    @fetched
    def download_mistakes(self, run: Id, to: Path, *, progress: Progress | None = None) -> Fetch:
        """The lines with mistakes as CSV in the shape of the file, with the reasons beside."""
        return Fetch(at("imports", run, "errors.csv"), {}, to, progress)

    @fetched
    def download_template(self, kind: ImportKind, to: Path, *, progress: Progress | None = None) -> Fetch:
        """A file to begin with: the columns of a kind, and one line that shows how they are filled."""
        return Fetch(at("import-template"), query(kind=kind), to, progress)
