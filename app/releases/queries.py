"""Questions about releases: which there are, what is in one, and its files.

Whoever may read releases reads those that are certified or were; drafts are for those who make them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select, true

from app.access.permissions import Permission
from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import Gone, NotFound
from app.core.paging import LIMIT, Keyset, Page
from app.core.periods import Period
from app.core.settings import Settings
from app.outcomes.indicators import Population
from app.regions import queries as regions
from app.releases import archive
from app.releases.archive import File
from app.releases.models import PUBLISHED, Release, ReleasedFigure
from app.releases.protected import Protected, kept
from app.releases.table import Released, Shown
from app.states import queries as states


class NoRelease(NotFound):
    """There is no such release, or none that this caller may see."""

    title = "There is no such release"


class Withdrawn(Gone):
    """A release that was certified and withdrawn: its figures and files are not handed out any more."""

    slug, title = "withdrawn", "This release was withdrawn"


@dataclass(frozen=True)
class ReleaseKept:
    """A release as it is kept, without its figures. `replaced_by`: the revision that took its place."""

    id: UUID
    period: Period
    status: str
    drafted_by: UUID
    drafted_at: datetime
    certified_by: UUID | None
    certified_at: datetime | None
    supersedes: UUID | None
    replaced_by: UUID | None
    says: str
    as_of: date
    threshold: int
    input: str
    digest: str
    files: tuple[File, ...]
    proof: dict[str, Any]
    progress: int
    doing: str
    failed: str
    withdrawn_at: datetime | None
    withdrawn_because: str

    @property
    def finished(self) -> bool:
        """Whether there are figures of it: not while it is drafted, nor if nothing came of that."""
        return self.status not in ("drafting", "failed")

    def read(self) -> None:
        """Raises `Withdrawn` if it may not be read any more, and `NoRelease` if there is nothing of it yet."""
        if self.status == "withdrawn":
            raise Withdrawn(f"This release of {self.period} was withdrawn on {self.withdrawn_at:%Y-%m-%d}: {self.withdrawn_because}")
        if not self.finished:
            raise NoRelease("There is nothing of this release yet: it is being drafted, or nothing came of it. Ask for its status.")

    def file(self, form: str) -> File:
        """Its file of a form (csv, xlsx, parquet, geojson, gpkg, svg, png, json). Raises `NoRelease` and `Withdrawn`."""
        self.read()
        for file in self.files:
            if file.form == form:
                return file
        raise NoRelease(f"This release has no file of the form '{form}'. It has: {', '.join(file.form for file in self.files)}.")


_LATER = Release.__table__.alias("later")
_COLUMNS: tuple[Any, ...] = (
    Release.id,
    Release.period,
    Release.status,
    Release.drafted_by,
    Release.drafted_at,
    Release.certified_by,
    Release.certified_at,
    Release.supersedes,
    Release.says,
    Release.as_of,
    Release.threshold,
    Release.input,
    Release.digest,
    Release.files,
    Release.proof,
    Release.progress,
    Release.doing,
    Release.failed,
    Release.withdrawn_at,
    Release.withdrawn_because,
    select(_LATER.c.id)
    .where(_LATER.c.supersedes == Release.id, _LATER.c.status.in_(PUBLISHED))
    .order_by(_LATER.c.id)
    .limit(1)
    .scalar_subquery()
    .label("replaced_by"),
)
_RELEASES: Select[Any] = select(*_COLUMNS)
_ORDER = Keyset(Release.id, descending=True)


def visible(by: Actor) -> ColumnElement[bool]:
    """Which releases the actor may see: those that are or were certified, and drafts only where it makes or certifies them."""
    makes = {Permission.WRITE_RELEASES, Permission.CERTIFY_RELEASES} & by.permissions
    return true() if makes else Release.status.in_(PUBLISHED)


async def listed(read: Read, *, by: Actor, period: str | None = None, after: str | None = None, limit: int = LIMIT) -> Page[ReleaseKept]:
    """Releases, newest first: of one period, or of all."""
    asked = _RELEASES.where(visible(by))
    if period is not None:
        asked = asked.where(Release.period == str(Period.parse(period)))
    page = _ORDER.cut(await read.all(_ORDER.page(asked, after=after, limit=limit)), limit=limit)
    return Page([_kept(row) for row in page.items], page.next)


async def certified(read: Read, *, by: Actor) -> list[ReleaseKept]:
    """The releases in force, the latest period first: one a period."""
    found = [_kept(row) for row in await read.all(_RELEASES.where(Release.status == "certified"))]
    return sorted(found, key=lambda one: (one.period.quarter, one.certified_at), reverse=True)


async def latest(read: Read, *, by: Actor) -> ReleaseKept:
    """The release in force of the latest period. Raises `NoRelease`."""
    found = await certified(read, by=by)
    if not found:
        raise NoRelease("Nothing has been released yet. The state's staff draft a release and a second person certifies it.")
    return found[0]


async def release(read: Read, *, by: Actor, id: UUID) -> ReleaseKept:  # noqa: A002 - the column's name
    """One release. Raises `NoRelease`."""
    row = await read.first(_RELEASES.where(Release.id == id, visible(by)))
    if row is None:
        raise NoRelease(f"There is no release '{id}'. 'GET /v1/releases' lists those that there are.")
    return _kept(row)


async def figures(read: Read, *, by: Actor, release: ReleaseKept) -> Protected[Released]:
    """What the release shows, as its files have it. Raises `Withdrawn`, and `NoRelease` of one that is not drafted yet."""
    release.read()
    rows = await read.all(
        select(*(column for column in ReleasedFigure.__table__.c if column.name not in ("state", "release", "number")))
        .where(ReleasedFigure.release == release.id)
        .order_by(ReleasedFigure.number)
    )
    state = await states.this(read, by=by)
    titles = {row.key: row.title for row in await regions.systems(read, by=by)}
    shown = tuple(Shown(**{**row._mapping, "population": Population(row.population)}) for row in rows)
    systems = {one.region_system: titles.get(one.region_system, "") for one in shown if one.region_system in titles}
    return kept(Released(by.state, state.name, release.period, release.as_of, release.threshold, systems, shown))


def open_file(settings: Settings, *, state: str, digest: str) -> Path:
    """Where the frozen file with this SHA-256 lies. Raises `NoRelease` if the state has none, or if it is not what it was."""
    path = archive.folder(settings.data_folder, state) / digest
    if not archive.is_digest(digest) or not path.is_file():
        raise NoRelease("There is no such file of a release.")
    return path


def _kept(row: Row[Any]) -> ReleaseKept:
    told = {**row._mapping, "period": Period.parse(row.period), "files": tuple(File(**file) for file in row.files)}
    return ReleaseKept(**told)
