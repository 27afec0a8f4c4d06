"""An edition that somebody proposes: its regions and outlines, checked and repaired, and what it would change. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from app.regions import editions, shapes
from app.regions.editions import Edition, Ground
from app.regions.problems import Problem, refuse
from app.regions.rules import COUNTY
from app.regions.shapes import NOISE_KM2, Shape

OVERLAP_KM2 = 0.5
"""How much two regions of one system may overlap: what two drawings of one border differ by at 1:500,000, not a village."""


@dataclass(frozen=True)
class Draft:
    """An edition with its outlines: those that are drawn; regions that list counties have none of their own.

    `notes` says what was put right and what somebody should look at.
    """

    edition: Edition
    drawn: Mapping[str, Shape] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Map:
    """The outlines against which a draft is checked: the state's counties, by code; empty before there are any."""

    counties: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def state(self) -> Shape | None:
        """The state's own outline."""
        return shapes.union(self.counties.values()) if self.counties else None


def checked(draft: Draft, ground: Ground, against: Map, *, overlap_km2: float = OVERLAP_KM2) -> Draft:
    """The draft tidied, its outlines repaired, with notes. Raises `Unfit` with everything that is wrong, feature by feature."""
    draft = replace(draft, edition=_tidied(draft.edition, ground))
    found = list(editions.problems(draft.edition, ground))
    usable = shapes.usable(draft.drawn)
    found += usable.problems
    drawn, notes = dict(usable.shapes), [*draft.notes, *usable.notes]
    broken = {problem.feature for problem in usable.problems}
    bare = [one.code for one in draft.edition.regions if one.code not in drawn and one.code not in broken and not one.no_shape]
    if draft.edition.system == COUNTY:
        detail = "A county needs its outline, or no_shape has to say why there is none: the other systems are made of counties."
        found += [Problem(code, "no_outline", detail) for code in bare]
    elif any(region.touches for region in draft.edition.regions):
        found += _contradicting(draft.edition, drawn, against)
        drawn = {}
    else:
        detail = "It lists no counties and has no outline. Give one of them, or say in no_shape why there is none."
        found += [Problem(code, "nothing_in_it", detail) for code in bare]
    if drawn and not found:
        torn, rough = _placed(draft.edition.system, drawn, against, overlap_km2)
        found += torn
        notes += rough
    refuse(found)
    return replace(draft, drawn=drawn, notes=tuple(notes))


def _tidied(edition: Edition, ground: Ground) -> Edition:
    """In the order of codes, and without the reasons for missing outlines that we gave ourselves."""
    ours = {region.code: shapes.why_none(replace(region, no_shape=None), (), ground.counties) for region in edition.regions}
    regions = (
        replace(
            region,
            counties=tuple(sorted(region.counties)),
            parts=tuple(sorted(region.parts, key=str)),
            counties_beyond_state=tuple(sorted(region.counties_beyond_state)),
            no_shape=None if region.no_shape == ours[region.code] else region.no_shape,
        )
        for region in edition.regions
    )
    return replace(edition, regions=tuple(sorted(regions, key=lambda region: region.code)))


def _contradicting(edition: Edition, drawn: Mapping[str, Shape], against: Map) -> Iterator[Problem]:
    """Outlines that say something else than the counties that their regions list. Those that say the same are not kept."""
    made, reasons = shapes.dissolved(against.counties, edition.regions)
    for code, shape in drawn.items():
        if code in reasons:
            yield Problem(code, "drawn_and_listed", f"Leave its geometry null: {reasons[code]}")
        elif code in made and (moved := shapes.moved_km2(shape, made[code])) > OVERLAP_KM2:
            detail = f"Its outline and the counties that it lists differ by {moved:.4g} km². Leave the geometry null, or the counties out."
            yield Problem(code, "drawn_and_listed", detail)


def _placed(system: str, drawn: Mapping[str, Shape], against: Map, overlap_km2: float) -> tuple[list[Problem], list[Problem]]:
    """Whether outlines fit together and lie in the state: (problems, notes)."""
    within = None if system == COUNTY else against.state
    torn, rough = shapes.fitting(drawn, tolerance_km2=overlap_km2, within=within)
    return [*torn, *(shapes.outside(drawn, within) if within is not None else ())], rough


class What(StrEnum):
    """What an edition does to a region."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True)
class RegionChange:
    """One region that an edition adds, changes or ends, and what moves with it. The area is None where an outline is missing."""

    code: str
    what: What
    moved_km2: float | None
    gained: tuple[str, ...] = ()  # counties, and parts of them as `36059/hempstead`
    lost: tuple[str, ...] = ()


def changes(before: Draft | None, after: Draft, against: Map) -> list[RegionChange]:
    """What an edition would change, region by region, by code. Without an edition before, every region is added.

    A region changes when it takes in something else, is drawn otherwise or is called otherwise; another file of the same outline, which
    differs by rounding, changes nothing. Outlines made of counties are made of the same counties on both sides.
    """
    old = editions.by_code(before.edition.regions) if before else {}
    new = editions.by_code(after.edition.regions)
    outlines = [outlined(draft, against)[0] if draft else {} for draft in (before, after)]
    found = []
    for code in sorted({*old, *new}):
        was, now = old.get(code), new.get(code)
        if was is None or now is None:
            gained, lost = (tuple(sorted(region.takes_in)) if region else () for region in (now, was))
            found.append(RegionChange(code, What.ENDED if now is None else What.ADDED, None, gained, lost))
            continue
        one, other = (shapes_of.get(code) for shapes_of in outlines)
        moved = None if one is None or other is None else shapes.moved_km2(one, other)
        if was != now or (one is None) is not (other is None) or (moved or 0) > NOISE_KM2:
            differs = editions.moved(was, now)
            found.append(RegionChange(code, What.CHANGED, moved, differs.gained, differs.lost))
    return found


def outlined(draft: Draft, against: Map, names: Mapping[str, str] | None = None) -> tuple[dict[str, Shape], dict[str, str]]:
    """The outlines of an edition's regions, drawn or made of counties, and why those without one have none. `names`: of counties."""
    if draft.edition.system == COUNTY or draft.drawn:
        bare = (region for region in draft.edition.regions if region.code not in draft.drawn)
        return dict(draft.drawn), {region.code: region.no_shape or "It is not drawn." for region in bare}
    return shapes.dissolved(against.counties, draft.edition.regions, names)


def same(before: Draft | None, after: Draft) -> bool:
    """Whether an edition says nothing new, so that there is nothing to put."""
    if before is None:
        return False
    one, other = before.edition, after.edition
    told = ((edition.regions, edition.source, dict(edition.unassigned)) for edition in (one, other))
    return next(told) == next(told) and _as_drawn(before, after)


def _as_drawn(before: Draft, after: Draft) -> bool:
    if before.drawn.keys() != after.drawn.keys():
        return False
    return all(shapes.moved_km2(shape, after.drawn[code]) <= NOISE_KM2 for code, shape in before.drawn.items())


def refusal(before: Draft | None, after: Draft, until: date | None = None) -> str | None:
    """Why an edition that says something new cannot be put; None if it can. `until`: the day from which the one before no longer holds."""
    if before is None:
        return None
    since, system = before.edition.valid_from, after.edition.system
    if until is not None and after.edition.valid_from < until:
        return f"The regions of '{system}' hold until {until}. Give the next edition that valid_from, or a later one."
    if after.edition.valid_from <= since:
        return f"What holds since {since} is not edited but replaced. Give the edition of '{system}' a later valid_from than {since}."
    return None
