"""Releases: what was certified for publication, its figures, and its frozen files. For policymakers these are the outcomes."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from app.access.permissions import Permission
from app.console.dependencies import Read, may_see
from app.console.drawing import Drawing, drawn
from app.console.pages import page
from app.console.shading import legend, shaded
from app.core.actor import Actor
from app.core.periods import last_day
from app.outcomes.files import POPULATIONS
from app.outcomes.indicators import Measure, Population
from app.regions import maps
from app.releases import queries
from app.releases.table import INDICATORS, OK, Released, Shown, measured

router = APIRouter(prefix="/console", include_in_schema=False)

Reader = Annotated[Actor, may_see(Permission.READ_RELEASES)]


@router.get("/outcomes")
async def begin(request: Request, by: Reader) -> Response:
    """The state's own staff see the table of today; everybody else, what was released."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/console/outcomes/table{query}" if Permission.READ_OUTCOMES in by.permissions else "/console/releases", 303)


@router.get("/releases")
async def show(request: Request, read: Read, by: Reader, after: str | None = None) -> Response:
    """Every release, newest first."""
    found = await queries.listed(read, by=by, after=after)
    return page(request, "releases.html", by=by, here="outcomes", releases=found.items, next=found.next)


@router.get("/releases/{release}")
async def show_one(
    request: Request,
    read: Read,
    by: Reader,
    release: UUID,
    system: str = "",
    population: Annotated[Population, Query()] = Population.WIOA_PARTICIPANTS,
    indicator: str = "employment_rate_q2",
) -> Response:
    """The figures of a release, beside a map of one of them."""
    kept = await queries.release(read, by=by, id=release)
    if kept.status == "withdrawn" or not kept.finished:
        return page(request, "release_standing.html", by=by, here="outcomes", release=kept)
    released = (await queries.figures(read, by=by, release=kept)).content
    system = system if system in released.systems else next(iter(released.systems), "")
    told = _told(released, system, population, indicator) | {"release": kept, "released": released}
    if system:
        on = last_day(kept.period.quarter)
        drawing = await drawn(read, by=by, outlines=await maps.outlines(read, by=by, system=system, on=on))
        told |= {"drawing": drawing, **_shown(told["on_map"], told["mapped"], drawing)}
    return page(request, "release.html", by=by, here="outcomes", **told)


def _told(released: Released, system: str, population: Population, indicator: str) -> dict[str, Any]:
    """The rows of one region system and of the state, and the column that is on the map."""
    theirs = [f for f in released if f.population is population and f.region_system in (system, "state")]
    names = [name for name in INDICATORS if any(figure.indicator == name for figure in theirs)]
    rows: dict[tuple[str, str], dict[str, Shown]] = {}
    for figure in theirs:
        rows.setdefault((figure.region_system, figure.region), {})[figure.indicator] = figure
    name = indicator if indicator in names else next(iter(names), "")
    mapped = {figure.region: figure for figure in theirs if figure.indicator == name and figure.region_system == system}
    return {
        "system": system,
        "population": population,
        "populations": POPULATIONS,
        "names": names,
        "titles": {name: next(figure.definition.title for figure in theirs if figure.indicator == name) for name in names},
        "rows": [[row.get(name) for name in names] for row in rows.values()],
        "whose": [next(iter(row.values())) for row in rows.values()],
        "on_map": name,
        "mapped": mapped,
        "spoken": spoken,
    }


def _shown(name: str, mapped: Mapping[str, Shown], drawing: Drawing) -> dict[str, Any]:
    """The colours of the regions that are on the map, and what they stand for."""
    shading = shaded({code: figure.value for code, figure in mapped.items() if code in drawing.outlines})
    return {"shading": shading, "legend": legend(shading, lambda number: _said(measured(name), number))}


def spoken(figure: Shown) -> str:
    """The figure for people, or the word that says why there is none."""
    if figure.status != OK or figure.value is None:
        return figure.status.replace("_", " ")
    return _said(measured(figure.indicator), figure.value)


def _said(measure: Measure, number: float) -> str:
    match measure:
        case Measure.COUNT:
            return f"{number:,.0f}"
        case Measure.RATE:
            return f"{number * 100:.1f} %"
        case Measure.MEDIAN:
            return f"${number:,.0f}"


@router.get("/releases/{release}/file.{form}")
async def download(request: Request, read: Read, by: Reader, release: UUID, form: str) -> Response:
    """A frozen file of a release: the same bytes whenever it is asked for."""
    file = (await queries.release(read, by=by, id=release)).file(form)
    path = queries.open_file(request.app.state.settings, state=by.state, digest=file.sha256)
    return FileResponse(path, media_type=file.media_type, filename=file.name, headers={"ETag": f'"{file.sha256}"'})
