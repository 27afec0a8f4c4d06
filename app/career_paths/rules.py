"""What a career path is, and the quality gates that it passes before anybody may start it. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypedDict, TypeVar

from app.labor_market.codes import six_digit

HOURS_IN_A_WEEK = 60  # more than this a week is a slip of the pen, not a plan

PIRL_1800: Mapping[str, int] = {
    "secondary_diploma": 1,
    "associate": 2,
    "bachelor": 3,
    "occupational_license": 4,
    "occupational_certificate": 5,
    "occupational_certification": 6,
    "other_recognized": 7,
    "not_recognized": 0,
}
"""The credential's code in PIRL 1800, 1802 and 1804, Type of Recognized Credential."""

WORK_READINESS = (
    "work readiness",
    "work-readiness",
    "career readiness",
    "ncrc",
    "osha 10",
    "osha 30",
    "osha-10",
    "osha-30",
    "cpr",
    "first aid",
    "food handler",
)
"""Words that betray a work-readiness, safety or hygiene certificate, which is no recognized credential (TEGL 10-16 Change 3, section D)."""


@dataclass(frozen=True)
class Occupation:
    """An occupation by its code in one of the two systems."""

    system: Literal["soc_2018", "onet_soc_2019"]
    code: str

    @property
    def soc(self) -> str:
        """The six-digit SOC code: in-demand designations are compared at it."""
        return six_digit(self.code)


@dataclass(frozen=True)
class Region:
    """A region by its system and code."""

    system: str
    code: str


@dataclass(frozen=True)
class Provider:
    """Who gives a step, in words."""

    kind: str
    name: str


@dataclass(frozen=True)
class Credential:
    """What a step awards."""

    name: str
    wioa_type: str
    issuer: str

    @property
    def recognized(self) -> bool:
        return PIRL_1800[self.wioa_type] != 0


@dataclass(frozen=True)
class Step:
    """One step. Hours and weeks are planned; the cost is a list price in dollars."""

    key: str
    title: str
    kind: str
    hours: int
    weeks: int
    delivery: str
    provider: Provider
    cost: Decimal
    hours_basis: str = "typical"
    cost_basis: str = "typical"
    credential: Credential | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Path:
    """One version of a career path. It may be started in `regions_offered`."""

    key: str
    title: str
    summary: str
    valid_from: date
    source: str
    target_occupations: tuple[Occupation, ...]
    regions_offered: tuple[Region, ...] | None  # None: in the whole state
    steps: tuple[Step, ...]
    leads_to: tuple[str, ...] = ()


class PathChange(TypedDict, total=False):
    """What may be changed of a draft: all but its key."""

    title: str
    summary: str
    valid_from: date
    source: str
    leads_to: tuple[str, ...]
    target_occupations: tuple[Occupation, ...]
    regions_offered: tuple[Region, ...] | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CollectedPath:
    """A career path in a collection."""

    key: str
    kind: Literal["career_path"] = "career_path"


@dataclass(frozen=True)
class CareerCollection:
    """Paths or courses for an audience."""

    key: str
    title: str
    audience: str
    summary: str
    valid_from: date
    source: str
    items: tuple[CollectedPath | Step, ...]


@dataclass(frozen=True)
class Totals:
    """Sums over steps; the cost is a list price, never a cost per participant (that comes from recorded expenditures alone)."""

    hours: int
    weeks: int
    cost: Decimal


def totals(steps: Iterable[Step]) -> Totals:
    """Sums over the steps, which are taken one after the other."""
    steps = tuple(steps)
    return Totals(sum(s.hours for s in steps), sum(s.weeks for s in steps), sum((s.cost for s in steps), Decimal(0)))


@dataclass(frozen=True)
class Surroundings:
    """What a path is checked against. An empty `occupations` or `regions` knows nothing; `in_demand` may lack a region.

    paths:     key -> the keys that it leads to, of every path that may be started
    in_demand: region -> the six-digit SOC codes designated there on the path's first day
    """

    occupations: Collection[Occupation]
    regions: Collection[Region]
    paths: Mapping[str, Collection[str]]
    in_demand: Mapping[Region, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What a gate says: where, and whether it keeps the path from being published."""

    code: str
    pointer: str
    detail: str
    refuses: bool = True


Gate = Callable[[Path, Surroundings], Iterator[Finding]]


def findings(path: Path, known: Surroundings) -> tuple[Finding, ...]:
    """Everything that the gates say of a path, refusals and warnings, in the order of the gates."""
    return tuple(finding for gate in GATES for finding in gate(path, known))


def _steps_once(path: Path, _known: Surroundings) -> Iterator[Finding]:
    for key, places in _repeated(step.key for step in path.steps):
        yield Finding("step_twice", f"/steps/{places[1]}/key", f"Two steps are called '{key}'.")


def _targets_once(path: Path, _known: Surroundings) -> Iterator[Finding]:
    for occupation, places in _repeated(path.target_occupations):
        yield Finding("target_twice", f"/target_occupations/{places[1]}", f"{occupation.code} is named twice.")


def _targets_known(path: Path, known: Surroundings) -> Iterator[Finding]:
    for n, occupation in enumerate(path.target_occupations):
        if occupation not in known.occupations:
            yield Finding(
                "unknown_occupation", f"/target_occupations/{n}/code", f"{occupation.system} has no detailed occupation {occupation.code}."
            )


def _regions_known(path: Path, known: Surroundings) -> Iterator[Finding]:
    if path.regions_offered is None:
        return
    for region, places in _repeated(path.regions_offered):
        yield Finding("region_twice", f"/regions_offered/{places[1]}", f"{region.system}/{region.code} is named twice.")
    systems = {region.system for region in known.regions}
    for n, region in enumerate(path.regions_offered):
        if region.system not in systems:
            detail = f"There is no region system '{region.system}' on {path.valid_from}."
            yield Finding("unknown_region_system", f"/regions_offered/{n}/system", detail)
        elif region not in known.regions:
            detail = f"There is no region {region.system}/{region.code} on {path.valid_from}."
            yield Finding("unknown_region", f"/regions_offered/{n}/code", detail)


def _rungs_known(path: Path, known: Surroundings) -> Iterator[Finding]:
    for n, key in enumerate(path.leads_to):
        if key not in known.paths and key != path.key:
            yield Finding("unknown_path", f"/leads_to/{n}", f"There is no career path '{key}' to lead to.")
    for key, places in _repeated(path.leads_to):
        yield Finding("rung_twice", f"/leads_to/{places[1]}", f"'{key}' is named twice.")


def _rungs_go_up(path: Path, known: Surroundings) -> Iterator[Finding]:
    for n, key in enumerate(path.leads_to):
        if way := way_back(path.key, key, {**known.paths, path.key: path.leads_to}):
            yield Finding("goes_in_a_circle", f"/leads_to/{n}", f"This leads back to itself: {' -> '.join((path.key, *way))}.")


def _credentials_count(path: Path, _known: Surroundings) -> Iterator[Finding]:
    """Certificates of workforce boards, of work readiness and of general safety are not recognized: TEGL 10-16 Change 3, section D."""
    for n, step in enumerate(path.steps):
        credential = step.credential
        if credential is None or not credential.recognized:
            continue
        if "workforce development board" in credential.issuer.casefold() or "workforce board" in credential.issuer.casefold():
            detail = f"'{credential.name}' is awarded by a workforce development board: such certificates are not recognized."
            yield Finding("board_certificate", f"/steps/{n}/credential/wioa_type", detail)
        elif any(word in credential.name.casefold() for word in WORK_READINESS):
            detail = f"'{credential.name}' sounds like a work-readiness or safety certificate, which is not recognized."
            yield Finding("sounds_like_work_readiness", f"/steps/{n}/credential/wioa_type", detail, refuses=False)


def _awards_something(path: Path, _known: Surroundings) -> Iterator[Finding]:
    if not any(step.credential is not None and step.credential.recognized for step in path.steps):
        yield Finding(
            "no_recognized_credential", "/steps", "No step awards a recognized credential, so nobody's credential counts.", refuses=False
        )


def _weeks_hold_the_hours(path: Path, _known: Surroundings) -> Iterator[Finding]:
    for n, step in enumerate(path.steps):
        if step.hours > step.weeks * HOURS_IN_A_WEEK:
            detail = f"{step.hours} hours in {step.weeks} weeks is more than {HOURS_IN_A_WEEK} a week."
            yield Finding("too_many_hours_a_week", f"/steps/{n}/weeks", detail)


def _claims_are_cited(path: Path, _known: Surroundings) -> Iterator[Finding]:
    for n, step in enumerate(path.steps):
        if "set" in (step.hours_basis, step.cost_basis) and not step.sources:
            yield Finding("uncited", f"/steps/{n}/sources", "Hours or cost that somebody set need the source that says so.")
        if step.kind == "credential" and step.credential is None:
            yield Finding("credential_not_named", f"/steps/{n}/credential", "A step of kind 'credential' says which credential it awards.")


def _in_demand_where_offered(path: Path, known: Surroundings) -> Iterator[Finding]:
    """Training services are linked to an in-demand occupation of the area (29 USC 3174(c)(3)(G)(iii)); other paths are warned of."""
    wanted = {occupation.soc for occupation in path.target_occupations}
    offered = {region: codes for region, codes in known.in_demand.items() if path.regions_offered is None or region in path.regions_offered}
    without = sorted(region.code for region, codes in offered.items() if wanted.isdisjoint(codes))
    if without:
        where = ", ".join(without) if len(without) < len(offered) or len(without) == 1 else "any region where it is offered"
        detail = f"None of its occupations is in demand in {where} on {path.valid_from}."
        yield Finding("not_in_demand", "/target_occupations", detail, refuses=False)


NOT_EVEN_A_DRAFT = frozenset({"step_twice", "target_twice", "region_twice", "unknown_occupation", "unknown_region_system"})
"""Codes of findings that the database cannot keep: a draft may have all others."""

GATES: tuple[Gate, ...] = (
    _steps_once,
    _targets_once,
    _targets_known,
    _regions_known,
    _rungs_known,
    _rungs_go_up,
    _claims_are_cited,
    _weeks_hold_the_hours,
    _credentials_count,
    _awards_something,
    _in_demand_where_offered,
)


def collection_findings(gathered: CareerCollection, paths: Collection[str]) -> tuple[Finding, ...]:
    """What keeps a collection from holding. `paths`: the keys of the paths that may be started."""
    unknown = (
        Finding("unknown_path", f"/items/{n}/key", f"There is no career path '{item.key}' to collect.")
        for n, item in enumerate(gathered.items)
        if isinstance(item, CollectedPath) and item.key not in paths
    )
    twice = (
        Finding("item_twice", f"/items/{places[1]}/key", f"'{key}' is in the collection twice.")
        for key, places in _repeated(item.key for item in gathered.items)
    )
    return (*unknown, *twice)


def way_back(home: str, start: str, leads_to: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The paths from `start` up to `home`, or nothing if no way leads there."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == home:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways.extend((*way, key) for key in leads_to.get(way[-1], ()))
    return ()


Thing = TypeVar("Thing")


def _repeated(things: Iterable[Thing]) -> Iterator[tuple[Thing, list[int]]]:
    places: dict[Thing, list[int]] = {}
    for n, thing in enumerate(things):
        places.setdefault(thing, []).append(n)
    yield from ((thing, at) for thing, at in places.items() if len(at) > 1)
