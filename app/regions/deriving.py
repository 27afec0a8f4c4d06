"""The outlines that a state keeps under regions/, made of a published file of boundaries: fewer points, and borders still shared. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.regions import shapes
from app.regions.files import Read
from app.regions.problems import FILE, Problem, Unfit, refuse
from app.regions.shapes import Shape, TornBorders


@dataclass(frozen=True)
class Derived:
    """Outlines by code, with their names, and how they differ from what was read."""

    shapes: Mapping[str, Shape]
    names: Mapping[str, str]
    points: int
    points_before: int
    moved_km2: float  # the area that changed hands by simplifying, added up over all outlines
    notes: tuple[Problem, ...]


def derive(read: Read, *, code: str, name: str, prefix: str = "", suffix: str = "", tolerance_m: float = 60, decimals: int = 5) -> Derived:
    """The features of a file whose column `code` begins with `prefix`, simplified as one coverage.

    `suffix` is put behind names that do not end with it: files that list `Albany` mean Albany County. Raises `Unfit`.
    """
    told = [one for one in read.features if str(one.fields.get(code) or "").startswith(prefix)]
    if not told:
        raise Unfit([Problem(FILE, "no_regions", f"No feature has a '{code}' that begins with '{prefix}'.")])
    codes = [str(one.fields.get(code) or "") for one in told]
    twice = sorted({one for one in codes if codes.count(one) > 1})
    refuse(Problem(one, "duplicate_code", "Two features have this code.") for one in twice)
    usable = shapes.usable({one: feature.shape for one, feature in zip(codes, told, strict=True)})
    refuse(usable.problems)
    try:
        found = shapes.simplified(usable.shapes, tolerance_m=tolerance_m, decimals=decimals)
    except TornBorders as torn:
        raise Unfit([Problem(FILE, "torn_borders", str(torn))]) from torn
    names = {one: _named(str(feature.fields.get(name) or one), suffix) for one, feature in zip(codes, told, strict=True)}
    return Derived(
        shapes={one: found[one] for one in sorted(found)},
        names=names,
        points=_points(list(found.values())),
        points_before=_points(list(usable.shapes.values())),
        moved_km2=sum(shapes.moved_km2(usable.shapes[one], found[one]) for one in found),
        notes=(*read.notes, *usable.notes),
    )


def _named(name: str, suffix: str) -> str:
    return name if not suffix or name.endswith(suffix) else f"{name} {suffix}"


def _points(outlines: Sequence[Shape]) -> int:
    return sum(shapes.points(outline) for outline in outlines)
