"""A release as a picture: one figure by region, with a legend, hatched where it is withheld, and described in words.

It is drawn of what the release shows, and of nothing else: shades, their bounds and their order come from shown figures alone.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
import vl_convert

from app.core.tabular import Target, opened
from app.outcomes.files import POPULATIONS
from app.outcomes.indicators import Measure, Population
from app.outcomes.table import STATE
from app.releases.protected import Protected
from app.releases.shaped import Shapes
from app.releases.table import OK, Released, Shown, measured

MAPPED = ("employment_rate_q2", "employment_rate_q4", "completion_rate", "credential_rate", "median_earnings_q2", "participants_served")
"""What can be on it, the best first: it is the one of which most regions have a number."""

WIDTH, MARGIN, HEAD, LEGEND = 860, 30, 96, 150
SHADES = ("#d9e8f6", "#8fbbe0", "#3f7fbf", "#123f6d")
SCALE = 1.5  # of the PNG: sharp on dense screens
DETAIL = 1.2
WHY = {
    "suppressed": "withheld, to protect people",
    "not_yet_available": "not yet known",
    "not_reported": "not reported",
    "not_applicable": "nobody to count",
}
HATCH = (
    '<pattern id="withheld" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#f4f4f4"/><rect width="2.5" height="8" fill="#71767a"/></pattern>'
)


def write_svg(table: Protected[Released], shapes: Shapes, target: Target) -> int:
    """Write the map as SVG; answers how many regions are on it."""
    picture, count = drawn(table, shapes)
    with opened(target) as file:
        file.write(picture.encode())
    return count


def write_png(table: Protected[Released], shapes: Shapes, target: Target) -> int:
    """Write the same as PNG."""
    picture, count = drawn(table, shapes)
    with opened(target) as file:
        file.write(vl_convert.svg_to_png(picture, scale=SCALE))
    return count


def drawn(table: Protected[Released], shapes: Shapes) -> tuple[str, int]:
    """The picture, and how many regions are on it."""
    content = table.content
    system = next((key for key in content.systems if any(of == key for of, _ in shapes)), next(iter(content.systems), ""))
    population, name = _most_known(content, system)
    figures = _figures(content, system, population, name)
    outlines = {code: shapely.from_wkb(shapes[system, code]) for code in figures if (system, code) in shapes}
    paths, marks, height = _on_paper(outlines)
    shade, bounds = _shaded([figures[code] for code in paths])
    text = _title(content, system, name, figures)
    body = [_region(paths[code], marks[code], n, figures[code], shade.get(code)) for n, code in enumerate(paths, start=1)]
    at = {code: str(n) for n, code in enumerate(paths, start=1)}
    numbers = [f"{at[code]} {figures[code].region_name}: {spoken(figures[code])}" for code in paths]
    numbers += [f"– {one.region_name}: {spoken(one)}" for code, one in figures.items() if code not in paths]
    listed = _listed(numbers, HEAD + height + LEGEND - 30)
    tall = HEAD + height + LEGEND + 20 * math.ceil(len(numbers) / 2)
    described = escape(" ".join([*text, *(f"{one.region_name}: {spoken(one)}." for one in figures.values())]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" height="{tall}" role="img" '
        f'aria-labelledby="title description" font-family="sans-serif" fill="#1b1b1b"><title id="title">{escape(text[0])}</title>'
        f'<desc id="description">{described}</desc><defs>{HATCH}</defs><rect width="{WIDTH}" height="{tall}" fill="#ffffff"/>'
        f"{_head(text)}<g>{''.join(body)}</g>{_legend(name, bounds, HEAD + height + 34)}{listed}</svg>\n"
    ), len(paths)


def _most_known(content: Released, system: str) -> tuple[Population, str]:
    """The figure of which most regions have a number: a count only where no rate has any."""
    *rates, count = MAPPED

    def numbers(of: tuple[Population, str]) -> int:
        return sum(one.status == OK for one in _figures(content, system, *of).values())

    best = max(((population, name) for population in Population for name in rates), key=numbers)
    return best if numbers(best) else (Population.ALL_LEARNERS, count)


def _figures(content: Released, system: str, population: Population, name: str) -> dict[str, Shown]:
    wanted = (system, population, name)
    found = {one.region: one for one in content if (one.region_system, one.population, one.indicator) == wanted}
    return {code: found[code] for code in sorted(found, key=lambda code: found[code].region_name)}


def _title(content: Released, system: str, name: str, figures: Mapping[str, Shown]) -> list[str]:
    """What it is, of whom and when; the state's figure; what the hatching means."""
    first = next(iter(figures.values()))
    whole = content.figure(content.state, first.population, name, system=STATE)
    state = f" {content.name}: {spoken(whole)}." if whole else ""
    return [
        f"{first.definition.title} by {content.systems[system].lower()}, {content.name}, {content.period.label}",
        (
            f"{POPULATIONS[first.population]} of {first.cohort_from} to {first.cohort_until}, by where they lived, as known on "
            f"{content.as_of}.{state}"
        ),
        f"Hatched: withheld, because groups of fewer than {content.threshold} people could be worked out. It is no zero.",
    ]


def spoken(figure: Shown) -> str:
    """A figure in a few words, with n of N; or why there is none."""
    if figure.status != OK or figure.value is None:
        return WHY.get(figure.status, figure.status)
    match measured(figure.indicator):
        case Measure.COUNT:
            return f"{figure.value:,.0f}"
        case Measure.MEDIAN:
            return f"${figure.value:,.0f} (of {figure.denominator or 0:,})"
        case Measure.RATE:
            return f"{figure.value * 100:.1f} % ({figure.numerator or 0:,} of {figure.denominator or 0:,})"


def _shaded(figures: Sequence[Shown]) -> tuple[dict[str, int], list[float]]:
    """The shade of each region that has a number, and the bounds of shades: equal steps between the smallest and the largest shown."""
    values = {one.region: one.value for one in figures if one.status == OK and one.value is not None}
    if not values:
        return {}, []
    low, high = min(values.values()), max(values.values())
    step = (high - low) / len(SHADES)
    if step == 0:
        return dict.fromkeys(values, 1), [low, high]
    return {code: min(int((value - low) / step), len(SHADES) - 1) for code, value in values.items()}, [
        low + n * step for n in range(len(SHADES) + 1)
    ]


def _on_paper(outlines: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, tuple[float, float]], int]:
    """The outlines as paths, a point in each to write at, and how high the drawing is."""
    if not outlines:
        return {}, {}, 0
    shapes = np.array(list(outlines.values()), dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * narrow)

    def flat(points: Any) -> Any:
        return np.column_stack([MARGIN + (points[:, 0] - west) * narrow * scale, HEAD + (north - points[:, 1]) * scale])

    there = shapely.transform(shapes, flat)
    simple = shapely.coverage_simplify(there, DETAIL) if shapely.coverage_is_valid(there) else shapely.simplify(there, DETAIL)
    paths, marks = {}, {}
    for code, outline in zip(outlines, simple, strict=True):
        parts = sorted(shapely.get_parts(outline), key=shapely.area, reverse=True)
        rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        paths[code] = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z" for ring in rings)
        middle = shapely.get_point(shapely.maximum_inscribed_circle(parts[0], tolerance=1.0), 0)
        marks[code] = (float(middle.x), float(middle.y))
    return paths, marks, math.ceil((north - south) * scale)


def _region(path: str, mark: tuple[float, float], number: int, figure: Shown, shade: int | None) -> str:
    fill = SHADES[shade] if shade is not None else "url(#withheld)" if figure.suppressed else "#ffffff"
    dashed = ' stroke-dasharray="5 4"' if shade is None and not figure.suppressed else ""
    title = escape(f"{figure.region_name}: {spoken(figure)}")
    x, y = mark
    return (
        f'<path d="{path}" fill="{fill}" stroke="#565c65" stroke-width="1"{dashed}><title>{title}</title></path>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="12" fill="#ffffff" stroke="#565c65"/>'
        f'<text x="{x:.1f}" y="{y + 5:.1f}" font-size="14" text-anchor="middle">{number}</text>'
    )


def _head(lines: Sequence[str]) -> str:
    title, *others = lines
    told = "".join(f'<text x="{MARGIN}" y="{54 + 18 * n}" font-size="13">{escape(line)}</text>' for n, line in enumerate(others))
    return f'<text x="{MARGIN}" y="32" font-size="19" font-weight="bold">{escape(title)}</text>{told}'


def _legend(name: str, bounds: Sequence[float], top: float) -> str:
    """The shades with what they stand for, hatched and dashed ones too."""
    shades = [(SHADES[n], "", f"{_bound(name, low)} – {_bound(name, high)}") for n, (low, high) in enumerate(pairwise(bounds))]
    if len(shades) == 1:  # all figures are the same
        shades = [(SHADES[1], "", _bound(name, bounds[0]))]
    others = [("url(#withheld)", "", "withheld, to protect people"), ("#ffffff", ' stroke-dasharray="5 4"', "no number for another reason")]
    told = []
    for row, (boxes, apart) in enumerate(((shades, 200), (others, 270))):
        for n, (fill, dash, words) in enumerate(boxes):
            x, y = MARGIN + n * apart, top + row * 30
            told.append(f'<rect x="{x}" y="{y}" width="30" height="18" fill="{fill}" stroke="#565c65"{dash}/>')
            told.append(f'<text x="{x + 38}" y="{y + 14}" font-size="13">{escape(words)}</text>')
    return "".join(told)


def _bound(name: str, value: float) -> str:
    match measured(name):
        case Measure.COUNT:
            return f"{value:,.0f}"
        case Measure.MEDIAN:
            return f"${value:,.0f}"
        case Measure.RATE:
            return f"{value * 100:.1f} %"


def _listed(lines: Sequence[str], top: float) -> str:
    """The regions by their numbers with their figures, in two columns."""
    half = math.ceil(len(lines) / 2)
    return "".join(
        f'<text x="{MARGIN + (n // half) * (WIDTH // 2 - MARGIN // 2)}" y="{top + 20 * (n % half)}" font-size="13">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
