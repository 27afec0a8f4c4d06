"""The releases of a state for anybody: the list, each with its files, the latest, and the figures of a region in one that is cited."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from app.core.db import Read
from app.outcomes.table import STATE
from app.public import places
from app.public.described import described
from app.public.pages import SAFE, matches, rendered, shelf, shown
from app.public.shelf import Known, Shelf
from app.public.speaking import N_
from app.public.words import WHO, Told
from app.releases import files, queries
from app.releases.archive import File
from app.releases.queries import NoRelease
from app.releases.table import Released

router = APIRouter(prefix="/public/{state}/releases", default_response_class=HTMLResponse)
READ = ["GET", "HEAD"]
A_FILE = {
    "description": "the file, as it was certified: kept for ever, with its SHA-256 as the ETag",
    "content": {form: {} for form in files.MEDIA.values()},
}
NO_FILE: dict[int | str, dict[str, Any]] = {
    404: {"description": "there is no such state, release or file; the answer is a page that says so"}
}
FILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: A_FILE,
    304: {"description": "you have it already"},
    410: {"description": "the release was withdrawn; the answer is a page that says why"},
    **NO_FILE,
}

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

FORMS: Mapping[str, tuple[str, str]] = {
    "xlsx": (N_("Excel workbook"), N_("To read: notes, a sheet a region system, what the columns mean.")),
    "csv": (N_("CSV"), N_("To work with: one row a figure. Leave rows without a value out of sums.")),
    "parquet": (N_("Parquet"), N_("The same rows, typed, for large tools.")),
    "geojson": (N_("GeoJSON"), N_("A feature a region with its outline and figures, for web maps.")),
    "gpkg": (N_("GeoPackage"), N_("The same for QGIS and ArcGIS.")),
    "svg": (N_("Map, SVG"), N_("One figure by region, with legend and description, to print or to put into a report.")),
    "png": (N_("Map, PNG"), N_("The same picture, for slides.")),
    "json": (N_("Data package"), N_("What is in the files, for programs, with hashes.")),
}
"""Of each form its title and what it is good for, in the order in which they are offered."""


@router.api_route("", methods=READ, include_in_schema=False)
async def list_releases(state: str, request: Request) -> Response:
    """Every release that there was, newest first; those in force and those that a revision replaced."""

    async def make(_read: Read, known: Known, on: Shelf) -> str:
        return rendered("releases.html", known, on.settings, here="releases", releases=known.releases)

    return await shown(request, state, ("releases",), make)


@router.api_route("/latest", methods=READ, include_in_schema=False)
async def read_latest(state: str, request: Request) -> Response:
    """The way to the latest release. It leads elsewhere once there is a new one."""
    return _elsewhere(state, str(_latest(await shelf(request.app).known(state)).id))


@router.head("/latest/{name}", include_in_schema=False)
@router.get("/latest/{name}", tags=["public"], status_code=302, response_class=RedirectResponse, responses=NO_FILE)
async def read_latest_file(state: str, name: str, request: Request) -> Response:
    """The way to a file of the latest release, by its name or its form: `latest/csv`. Scripts ask for it, without a key."""
    latest = _latest(await shelf(request.app).known(state))
    return _elsewhere(state, f"{latest.id}/{_file(latest, name).name}")


def _latest(known: Known) -> queries.ReleaseKept:
    if known.latest is None:
        raise NoRelease(f"{known.state.name} has not released anything yet.")
    return known.latest


def _elsewhere(state: str, to: str) -> Response:
    return RedirectResponse(f"/public/{state}/releases/{to}", 302, SAFE | {"Cache-Control": ASK_FIRST})


@router.api_route("/{id}", methods=READ, include_in_schema=False)
async def read_release(state: str, id: UUID, request: Request) -> Response:  # noqa: A002 - the path's name
    """One release: what it is, its files, and what replaced it if something did."""

    async def make(read: Read, known: Known, on: Shelf) -> str:
        release = known.release(id)
        if release.status == "withdrawn":
            return rendered("withdrawn.html", known, on.settings, here="releases", release=release)
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
            described=described(known, release, table, on.settings.public_url.rstrip("/")),
            groups=told,
            who=WHO,
            regions=_regions(table.content),
            whole={},
            place_title=known.state.name,
            place_path=f"{STATE}/{known.state.id}",
        )

    return await shown(request, state, ("release", str(id)), make)


def _regions(released: Released) -> dict[str, dict[str, str]]:
    """Of each region system, by its title, the regions of a release: path -> name."""
    found: dict[str, dict[str, str]] = {title: {} for title in released.systems.values()}
    for shown_ in released:
        if shown_.region_system in released.systems and shown_.region not in places.NOWHERE:
            found[released.systems[shown_.region_system]][f"{shown_.region_system}/{shown_.region}"] = shown_.region_name
    return found


@router.api_route("/{id}/regions/{system}/{code}", methods=READ, include_in_schema=False)
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


@router.head("/{id}/{name}", include_in_schema=False)
@router.get("/{id}/{name}", tags=["public"], response_class=FileResponse, responses=FILE_ANSWERS)
async def download(state: str, id: UUID, name: str, request: Request) -> Response:  # noqa: A002 - the path's name
    """A frozen file of a release, by its name or its form (csv, xlsx, parquet, geojson, gpkg, svg, png, json). It never changes, so it may
    be kept for ever; any page may ask for it. No key."""
    on = shelf(request.app)
    known = await on.known(state)
    release = known.release(id)
    release.read()
    file = _file(release, name)
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
