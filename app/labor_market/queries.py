"""Questions about occupations: found by words or code, one with all that is known of it, what it pays where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, Row, Text, bindparam, case, exists, func, literal, null, select
from sqlalchemy.dialects.postgresql import TSQUERY

from app.core.actor import Actor
from app.core.db import Read
from app.core.errors import Invalid, NotFound
from app.core.paging import LIMIT, Keyset, Page
from app.labor_market.codes import CodeSystem
from app.labor_market.figures import MEASURES, Figure, FigureStatus, status_column
from app.labor_market.models import LaborMarketSource, Occupation, OewsArea, ReportedTitle, Wage
from app.labor_market.sources import Source
from app.regions import queries as regions
from app.regions.rules import touching

AREAS = "oews_area"
"""The region system whose regions are the OEWS areas; their official codes are BLS's."""

MOST_WORDS = 10
_CODE = re.compile(r"[0-9]{2}(-[0-9]{0,4}(\.[0-9]{0,2})?)?")

# An O*NET code that ends in .00 is its SOC occupation: one line of the list, with the titles of both.
_twin = Occupation.__table__.alias("twin")
_FOLDED = (
    (Occupation.system == CodeSystem.ONET_SOC_2019.value)
    & (func.right(Occupation.code, 3) == ".00")
    & exists().where(_twin.c.system == CodeSystem.SOC_2018.value, _twin.c.code == func.left(Occupation.code, 7))
)
_ASKED = func.to_tsquery("english", bindparam("words"), type_=TSQUERY)
_HITS = (
    select(ReportedTitle.code, func.min(ReportedTitle.title).label("title"))
    .where(ReportedTitle.words.bool_op("@@")(_ASKED))
    .group_by(ReportedTitle.code)
    .subquery("hits")
)
_reported_as = case((Occupation.system == CodeSystem.SOC_2018.value, Occupation.code + ".00"), else_=Occupation.code)
_titled = Occupation.words.bool_op("@@")(_ASKED)
_exact = func.lower(Occupation.title) == func.lower(bindparam("q", type_=Text))
_NAMED = select(Occupation.system, Occupation.code, Occupation.title, Occupation.job_zone)
_FOUND = (
    _NAMED.add_columns(
        case((_exact, 0), (_titled, 1), else_=2).cast(Integer).label("match"),
        case((_titled, null()), else_=_HITS.c.title).label("matched"),
    )
    .outerjoin(_HITS, _HITS.c.code == _reported_as)
    .where(~_FOLDED, _titled | _HITS.c.code.is_not(None))
    .subquery("found")
)
_LISTED = (
    _NAMED.add_columns(literal(0, Integer).label("match"), null().cast(Text).label("matched"))
    .where(~_FOLDED, func.starts_with(Occupation.code, bindparam("q", type_=Text)))
    .subquery("found")
)
_ORDERS = {name: Keyset(rows.c.match, rows.c.code, rows.c.system) for name, rows in (("words", _FOUND), ("code", _LISTED))}
_SELECTS = {"words": select(_FOUND), "code": select(_LISTED)}


async def occupations(read: Read, *, by: Actor, q: str = "", after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """Occupations whose title or reported titles have all words of `q` (or words that begin so), or whose code begins with it.

    Best matches first: the title itself, titles, reported titles; then by code. Columns: system, code, title, job_zone, matched (the
    reported title that was found). Raises `Invalid` for more than `MOST_WORDS` words.
    """
    asked = q.replace("\0", " ").strip()
    words = re.findall(r"\w+", asked)
    if len(words) > MOST_WORDS:
        raise Invalid(f"'q' has {len(words)} words; {MOST_WORDS} are enough to find an occupation.")
    if asked and not words:
        raise Invalid("'q' has no word in it. Send words of a title, or the beginning of a code.")
    if asked and not _CODE.fullmatch(asked):
        how, binds = "words", {"q": asked, "words": " & ".join(f"'{word}':*" for word in words)}
    else:
        how, binds = "code", {"q": asked}
    rows = await read.all(_ORDERS[how].page(_SELECTS[how], after=after, limit=limit), binds)
    return _ORDERS[how].cut(rows, limit=limit)


@dataclass(frozen=True)
class Found:
    """An occupation with what is known of it. Other occupations are rows (system, code, title, job_zone)."""

    system: str
    code: str
    title: str
    job_zone: int | None
    description: str | None
    skills: Sequence[Mapping[str, Any]]  # element, skill, importance, level
    related: Sequence[Mapping[str, Any]]  # code, title, tier
    reported_titles: Sequence[str]
    part_of: Sequence[Row[Any]]
    parts: Sequence[Row[Any]]

    @property
    def published_under(self) -> tuple[str, ...]:
        """The codes under which its figures and designations can stand: its own, its SOC code, the OEWS codes that combine that."""
        return tuple({self.code: True, self.code[:7]: True} | {row.code: True for row in self.part_of})

    @property
    def designated_as(self) -> tuple[str, ...]:
        """The codes whose designation concerns it: those, and its parts, which count for it at six digits."""
        return (*self.published_under, *(row.code for row in self.parts))


_TOLD = _NAMED.add_columns(Occupation.description, Occupation.members, Occupation.related, Occupation.skills)
_BY_CODE = _TOLD.where(Occupation.code.in_(bindparam("codes", expanding=True)))
_TITLES = select(ReportedTitle.title).where(ReportedTitle.code == bindparam("code")).order_by(ReportedTitle.title)
_AROUND = _NAMED.add_columns(Occupation.members).where(
    Occupation.code.in_(bindparam("codes", expanding=True))
    | func.starts_with(Occupation.code, bindparam("within", type_=Text))
    | ((Occupation.system == CodeSystem.OEWS_2019.value) & Occupation.members.contains(func.to_jsonb(bindparam("soc", type_=Text))))
)


async def occupation(read: Read, *, by: Actor, code: str) -> Found:
    """One occupation by its SOC, OEWS or O*NET-SOC code; raises `NotFound`.

    O*NET's code that ends in .00 is the SOC occupation: asked for the latter, what O*NET tells of the former is in the answer.
    """
    soc, base = code[:7], f"{code[:7]}.00"
    rows = {row.code: row for row in await read.all(_BY_CODE, {"codes": [code, base]})}
    own = rows.get(code)
    if own is None:
        raise NotFound(f"There is no occupation {code} here. GET /v1/occupations?q= finds codes by words.")
    told = rows.get(base, own) if own.system == CodeSystem.SOC_2018 else own
    nearest = [near["code"] for near in told.related]
    around = await read.all(_AROUND, {"codes": [soc, *own.members, *nearest], "within": f"{soc}.", "soc": soc})
    named = {row.code: row for row in sorted(around, key=lambda row: (row.code, row.system))}
    containing = [row for row in named.values() if soc in row.members and row.code != code]
    if own.system == CodeSystem.ONET_SOC_2019 and soc in named:
        containing.insert(0, named[soc])
    within = [row for row in named.values() if row.code in own.members or (row.code.startswith(f"{code}.") and row.code != base)]
    return Found(
        system=own.system,
        code=own.code,
        title=own.title,
        job_zone=own.job_zone,
        description=told.description,
        skills=told.skills,
        related=[{**near, "title": named[near["code"]].title} for near in told.related if near["code"] in named],
        reported_titles=[row.title for row in await read.all(_TITLES, {"code": told.code})],
        part_of=containing,
        parts=within,
    )


@dataclass(frozen=True)
class AreaFigures:
    """The figures of one code in one OEWS area."""

    area: str
    area_title: str
    area_kind: str
    system: str
    code: str
    vintage: str
    figures: Mapping[str, Figure]  # by measure


_VINTAGE = select(LaborMarketSource.vintage).where(LaborMarketSource.key == "oews").scalar_subquery()
_WAGES = (
    select(
        Wage.area,
        OewsArea.title.label("area_title"),
        OewsArea.kind.label("area_kind"),
        case((Occupation.system.is_(None), CodeSystem.SOC_2018.value), else_=Occupation.system).label("system"),
        Wage.code,
        Wage.vintage,
        OewsArea.top_code,
        *(column for measure in MEASURES for column in (getattr(Wage, measure), getattr(Wage, status_column(measure)))),
    )
    .join(OewsArea, (OewsArea.area == Wage.area) & (OewsArea.vintage == Wage.vintage))
    .outerjoin(Occupation, (Occupation.code == Wage.code) & (Occupation.system != CodeSystem.ONET_SOC_2019.value))
    .where(Wage.code.in_(bindparam("codes", expanding=True)), Wage.vintage == _VINTAGE)
    .order_by(OewsArea.kind != "state", OewsArea.title, Wage.code)
)


_WAGES_OF_AREAS = _WAGES.where(Wage.area.in_(bindparam("areas", expanding=True)) | (OewsArea.kind == "state"))


async def figures(read: Read, *, by: Actor, codes: Sequence[str], areas: Sequence[str] | None = None) -> list[AreaFigures]:
    """The newest figures of some codes: the state's first, then area by area, of all or of some. Nothing is blended, nothing filled in."""
    if areas is None:
        return [_figures(row) for row in await read.all(_WAGES, {"codes": list(codes)})]
    return [_figures(row) for row in await read.all(_WAGES_OF_AREAS, {"codes": list(codes), "areas": list(areas)})]


def _figures(row: Row[Any]) -> AreaFigures:
    told = {}
    for measure in MEASURES:
        status = FigureStatus(getattr(row, status_column(measure)))
        told[measure] = Figure(getattr(row, measure), status, row.top_code if status is FigureStatus.TOP_CODED else None)
    return AreaFigures(row.area, row.area_title, row.area_kind, row.system, row.code, row.vintage, told)


@dataclass(frozen=True)
class Touching:
    """A region and the OEWS areas that it touches: those with a county, or a part of one, in common with it."""

    region: str
    name: str
    areas: tuple[str, ...]


async def areas_of_regions(read: Read, *, by: Actor, system: str, on: date) -> list[Touching]:
    """The OEWS areas that each region of a system touches on a day, by region; raises `NotFound` for a system without regions then.

    The areas are those of the newest edition, to which the newest figures belong. Counties that it leaves unassigned lead to no area:
    nothing is guessed for them.
    """
    these = await regions.regions(read, by=by, edition=(await regions.edition(read, by=by, system=system, on=on)).id)
    newest = (await regions.editions(read, by=by, system=AREAS))[-1:]
    areas = [area for edition in newest for area in await regions.regions(read, by=by, edition=edition.id)]
    official = {area.code: area.official_code or area.code for area in areas}
    found: dict[str, set[str]] = {region.code: set() for region in these}
    for region, area, _ in touching(these, areas):
        found[region].add(official[area])
    return [Touching(region.code, region.name, tuple(sorted(found[region.code]))) for region in these]


_SOURCES = select(
    LaborMarketSource.key,
    LaborMarketSource.title,
    LaborMarketSource.publisher,
    LaborMarketSource.license,
    LaborMarketSource.vintage,
    LaborMarketSource.note,
    LaborMarketSource.attribution,
).order_by(LaborMarketSource.key)


async def sources(read: Read, *, by: Actor) -> dict[str, Source]:
    """Where the state's labor market tables come from: of oews, members, onet and in_demand_jobs, those that are loaded."""
    return {row.key: _source(row) for row in await read.all(_SOURCES)}


def _source(row: Row[Any]) -> Source:
    return Source(row.title, row.publisher, row.license, row.vintage, row.note, row.attribution)
