"""The colours of a map of one figure: five steps from the least to the most, and grey where there is no number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

COLOURS = ("#e3f1f4", "#b5dbe3", "#7fbfcd", "#4a9fb4", "#2c7f99")
NO_NUMBER = "#e4e4e4"


@dataclass(frozen=True)
class Shading:
    """Each region's colour, and the numbers between which the steps lie: the least, the four between, the most."""

    colours: Mapping[str, str]
    steps: tuple[float, ...]


def shaded(values: Mapping[str, float | None]) -> Shading:
    """Colours of equal steps from the least to the most figure: the eye compares regions, the words beside them are the figures."""
    known = [value for value in values.values() if value is not None]
    if not known:
        return Shading(dict.fromkeys(values, NO_NUMBER), ())
    least, most = min(known), max(known)
    width = (most - least) / len(COLOURS)

    def colour(value: float | None) -> str:
        if value is None:
            return NO_NUMBER
        return COLOURS[min(int((value - least) / width), len(COLOURS) - 1) if width else 2]

    steps = tuple(least + width * n for n in range(len(COLOURS) + 1)) if width else (least,)
    return Shading({code: colour(value) for code, value in values.items()}, steps)


def legend(shading: Shading, said: Callable[[float], str]) -> list[tuple[str, str]]:
    """Each colour of a map and what it stands for; `said` writes a number. Nothing where no region has a number."""
    if len(shading.steps) < 2:
        return [(COLOURS[2], said(number)) for number in shading.steps]
    ranges = zip(shading.steps, shading.steps[1:], strict=False)
    return [(colour, f"{said(low)} – {said(high)}") for colour, (low, high) in zip(COLOURS, ranges, strict=True)]
