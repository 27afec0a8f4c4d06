"""The state's first page, its regions, two of them side by side, and how it was counted."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.core.db import Read
from app.core.errors import NotFound
from app.outcomes.definitions import DEFINITIONS
from app.outcomes.indicators import Population
from app.public import places
from app.public.pages import rendered, shown
from app.public.places import System
from app.public.shelf import Known, Shelf
from app.public.words import NAMES, STATUSES, WHO, WITHHELD, Told, told
from app.releases import files
from app.releases.table import INDICATORS, Released

router = APIRouter(prefix="/public/{state}", include_in_schema=False, default_response_class=HTMLResponse)
READ = ["GET", "HEAD"]

MAPPED = ("employment_rate_q2", "employment_rate_q4", "median_earnings_q2", "completion_rate", "credential_rate", "participants_served")
"""What the map can show."""

CLASSES = 4
"""Shades of the map."""


@router.api_route("/", methods=READ)
async def read_home(state: str, request: Request, show: str = "") -> Response:
    """Pick a region, on the map or from the list. `show`: what the map shows; else that of which most regions have a number."""
    if show and show not in MAPPED:
        raise NotFound(f"The map shows no '{show[:40]}'. It shows: {', '.join(MAPPED)}.")

    async def make(read: Read, known: Known, on: Shelf) -> str:
        every = await places.systems(read, known)
        released = (await on.figures(read, known.latest)).content if known.latest else None
        maps = {name: figures_of(released, every[0], name) for name in MAPPED} if released and every else {}
        shows = show or max(MAPPED[:-1], key=lambda name: sum(one.known for one in maps.get(name, {}).values()))
        return rendered(
            "home.html",
            known,
            on.settings,
            here="regions",
            systems=every,
            drawing=await places.drawing(read, known, every[0]) if every else None,
            figures=maps.get(shows, {}),
            whole=places.state_groups(released)[Population.ALL_LEARNERS] if released else [],
            shades=shades(maps.get(shows, {})),
            show=shows,
            mapped=MAPPED,
            names=NAMES,
        )

    return await shown(request, state, ("home", show), make)


def figures_of(released: Released, system: System, indicator: str) -> dict[str, Told]:
    """One indicator of all learners in every region of a system."""
    return {
        shown.region: told(shown)
        for shown in released
        if (shown.region_system, shown.population, shown.indicator) == (system.key, Population.ALL_LEARNERS, indicator)
    }


def shades(figures: Mapping[str, Told]) -> dict[str, int]:
    """The shade of each region that has a number: equal steps between the smallest and the largest."""
    values = {code: one.shown.value for code, one in figures.items() if one.shown.value is not None and code not in places.NOWHERE}
    if not values:
        return {}
    low, high = min(values.values()), max(values.values())
    step = (high - low) / CLASSES or 1.0
    return {code: min(int((value - low) / step), CLASSES - 1) for code, value in values.items()}


@router.api_route("/regions/{code}", methods=READ)
async def read_region(state: str, code: str, request: Request, system: str | None = None) -> Response:
    """One region: its in-demand jobs, the paths to them, and how the people who took them fared."""

    async def make(read: Read, known: Known, on: Shelf) -> str:
        every = await places.systems(read, known)
        here = places.place(every, code, system=system)
        return rendered(
            "region.html",
            known,
            on.settings,
            here="regions",
            place=here,
            systems=every,
            work=await places.work(read, known, here, every),
            **await _fared(read, known, on, here),
        )

    return await shown(request, state, ("region", code, system or ""), make)


async def _fared(read: Read, known: Known, on: Shelf, here: places.Place) -> dict[str, Any]:
    """The figures of a region in the latest release, and the state's beside them."""
    if known.latest is None:
        return {"release": None, "groups": {}, "whole": {}, "who": WHO}
    released = (await on.figures(read, known.latest)).content
    state = {(one.shown.population, one.shown.indicator): one for many in places.state_groups(released).values() for one in many}
    groups = places.groups(released, here.system.key, here.region.code)
    return {"release": known.latest, "groups": groups, "whole": state, "who": WHO}


@router.api_route("/compare", methods=READ)
async def compare_regions(
    state: str,
    request: Request,
    a: Annotated[str, Query(description="a region's code")] = "",
    b: Annotated[str, Query(description="another's")] = "",
) -> Response:
    """Two regions and the state side by side. A code can be written `system:code`, where two systems share it."""

    async def make(read: Read, known: Known, on: Shelf) -> str:
        every = await places.systems(read, known)
        chosen = [_asked(every, one) for one in (a, b) if one]
        released = (await on.figures(read, known.latest)).content if known.latest else None
        rows = {}
        if released and len(chosen) == 2:
            columns = [places.groups(released, one.system.key, one.region.code) for one in chosen]
            rows = places.paired([*columns, places.state_groups(released)])
        works = [await places.work(read, known, one, every) for one in chosen]
        marks = {"chosen": chosen, "systems": every, "a": a, "b": b}
        return rendered("compare.html", known, on.settings, here="compare", rows=rows, works=works, who=WHO, release=known.latest, **marks)

    return await shown(request, state, ("compare", a, b), make)


def _asked(every: list[System], written: str) -> places.Place:
    system, _, code = written.rpartition(":")
    return places.place(every, code, system=system or None)


@router.api_route("/how-it-was-counted", methods=READ)
async def read_how(state: str, request: Request) -> Response:
    """What every figure means, where the definition comes from, what is withheld and why."""

    async def make(read: Read, known: Known, on: Shelf) -> str:
        table = await on.figures(read, known.latest) if known.latest else None
        return rendered(
            "counted.html",
            known,
            on.settings,
            here="counted",
            indicators=[(name, NAMES[name], {p: DEFINITIONS[name, p] for p in WHO}) for name in INDICATORS],
            cohorts={(one.indicator, one.population): one for one in table.content} if table else {},
            notes=files.notes(table) if table else [],
            threshold=table.content.threshold if table else None,
            statuses=STATUSES,
            withheld=WITHHELD,
            columns=files.COLUMNS,
            who=WHO,
        )

    return await shown(request, state, ("counted",), make)
