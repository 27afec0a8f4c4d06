"""The releases of a state for anybody: the list, each with its files, the latest, and the figures of a region in one that is cited."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from app.core.db import Read
from app.outcomes.table import STATE
from app.public import places
from app.public.pages import SAFE, matches, rendered, shelf, shown
from app.public.shelf import Known, Shelf
from app.public.words import WHO, Told
from app.releases import files, queries
from app.releases.archive import File
from app.releases.queries import NoRelease

router = APIRouter(prefix="/public/{state}/releases", include_in_schema=False, default_response_class=HTMLResponse)

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

FORMS: Mapping[str, tuple[str, str]] = {
    "xlsx": ("Excel workbook", "To read: notes, a sheet a region system, what the columns mean."),
    "csv": ("CSV", "To work with: one row a figure. Leave rows without a value out of sums."),
    "parquet": ("Parquet", "The same rows, typed, for large tools."),
    "geojson": ("GeoJSON", "A feature a region with its outline and figures, for web maps."),
    "gpkg": ("GeoPackage", "The same for QGIS and ArcGIS."),
    "json": ("Data package", "What is in the files, for programs, with hashes."),
}
"""Of each form its title and what it is good for, in the order in which they are offered."""


@router.get("")
async def list_releases(state: str, request: Request) -> Response:
    """Every release that there was, newest first; those in force and those that a revision replaced."""

    async def make(_read: Read, known: Known, on: Shelf) -> str:
        return rendered("releases.html", known, on.settings, here="releases", releases=known.releases)

    return await shown(request, state, ("releases",), make)


@router.get("/latest")
async def read_latest(state: str, request: Request) -> Response:
    """The way to the latest release. It leads elsewhere once there is a new one."""
    return _elsewhere(state, str(_latest(await shelf(request.app).known(state)).id))


@router.get("/latest/{name}")
async def read_latest_file(state: str, name: str, request: Request) -> Response:
    """The way to a file of the latest release, by its name or its form: `latest/csv`."""
    latest = _latest(await shelf(request.app).known(state))
    return _elsewhere(state, f"{latest.id}/{_file(latest, name).name}")


def _latest(known: Known) -> queries.ReleaseKept:
    if known.latest is None:
        raise NoRelease(f"{known.state.name} has not released anything yet.")
    return known.latest


def _elsewhere(state: str, to: str) -> Response:
    return RedirectResponse(f"/public/{state}/releases/{to}", 302, SAFE | {"Cache-Control": ASK_FIRST})


@router.get("/{id}")
async def read_release(state: str, id: UUID, request: Request) -> Response:  # noqa: A002 - the path's name
    """One release: what it is, its files, and what replaced it if something did."""

    async def make(read: Read, known: Known, on: Shelf) -> str:
        release = known.release(id)
        table = await on.figures(read, release)
        told = places.state_groups(table.content)
        notes = files.notes(table)
        return rendered(
            "release.html",
            known,
            on.settings,
            here="releases",
            release=release,
            forms=FORMS,
            notes=notes,
            groups=told,
            who=WHO,
            regions=_regions(table.content),
            whole={},
            place_title=known.state.name,
            place_path=f"{STATE}/{known.state.id}",
        )

    return await shown(request, state, ("release", str(id)), make)


def _regions(released: Any) -> dict[str, dict[str, str]]:
    """Of each region system, by its title, the regions of a release: path -> name."""
    found: dict[str, dict[str, str]] = {title: {} for title in released.systems.values()}
    for shown_ in released:
        if shown_.region_system in released.systems and shown_.region not in places.NOWHERE:
            found[released.systems[shown_.region_system]][f"{shown_.region_system}/{shown_.region}"] = shown_.region_name
    return found


@router.get("/{id}/regions/{system}/{code}")
async def read_released_region(
    state: str,
    id: UUID,  # noqa: A002 - the path's name
    system: str,
    code: str,
    request: Request,
) -> Response:
    """The figures of one region in one release: what is cited stays here as it was."""

    async def make(read: Read, known: Known, on: Shelf) -> str:
        release = known.release(id)
        released = (await on.figures(read, release)).content
        groups: dict[Any, list[Told]] = places.groups(released, system, code)
        first = next((one for many in groups.values() for one in many), None)
        if first is None:
            raise NoRelease(f"This release has no figures of a region '{code[:60]}' of '{system[:60]}'.")
        whole = {(one.shown.population, one.shown.indicator): one for many in places.state_groups(released).values() for one in many}
        return rendered(
            "cited.html",
            known,
            on.settings,
            here="releases",
            release=release,
            groups=groups,
            whole={} if system == STATE else whole,
            who=WHO,
            place_title=first.shown.region_name,
            place_path=f"{system}/{code}",
        )

    return await shown(request, state, ("cited", str(id), system, code), make)


@router.get("/{id}/{name}", response_class=FileResponse)
async def download(state: str, id: UUID, name: str, request: Request) -> Response:  # noqa: A002 - the path's name
    """A frozen file of a release, by its name. It never changes, so it may be kept for ever."""
    on = shelf(request.app)
    known = await on.known(state)
    file = _file(known.release(id), name)
    headers = SAFE | {"ETag": f'"{file.sha256}"', "Cache-Control": FOR_EVER, "Disclosure": "protected"}
    headers["Access-Control-Allow-Origin"] = "*"  # anybody may read it, from any page
    if matches(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    path = queries.open_file(on.settings, state=known.by.state, digest=file.sha256)
    return FileResponse(path, media_type=file.media_type, filename=file.name, headers=headers)


def _file(release: queries.ReleaseKept, name: str) -> File:
    for file in release.files:
        if name in (file.name, file.form):
            return file
    raise NoRelease(f"This release has no file '{name[:80]}'. It has: {', '.join(file.name for file in release.files)}.")
