"""One indicator on a map: a choropleth that says what it shows, of when, for whom it is, and where there is no number and why."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import shapely
import vl_convert
from shapely import affinity

from app.core.tabular import Target, opened
from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.files import POPULATIONS, spoken
from app.outcomes.indicators import Measure, Population
from app.outcomes.table import STATE, Figure, Status, Table

Form = Literal["svg", "png"]
FORMS: tuple[Form, ...] = ("svg", "png")
WIDTH, HEIGHT = 820, 620
LETTER, LINE = 7, 14  # pixels of a label
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
SCALE = 2.0  # of the PNG: sharp on dense screens and on paper
FORMATS = {Measure.COUNT: ",.0f", Measure.RATE: ".0%", Measure.MEDIAN: "$,.0f"}
NO_NUMBER, BORDER, WORDS, WARNING = "#e4e4e4", "#555555", "#222222", "#b50909"


def write_map(
    table: Internal[Table],
    shapes: Mapping[str, bytes],
    target: Target,
    *,
    population: Population,
    indicator: str,
    form: Form,
) -> int:
    """Draw an indicator by region; answers how many regions have an outline. `shapes`: region -> WKB in EPSG:4326, where there is one."""
    spec = drawn(table, shapes, population=population, indicator=indicator)
    image = (
        _renumbered(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)).encode()
        if form == "svg"
        else vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=SCALE)
    )
    with opened(target) as file:
        file.write(image)
    return len(shapes)


def _renumbered(svg: str) -> str:
    """The picture with its inner ids counted from 0: Vega counts them for as long as the process lives, and equal maps are to be equal."""
    numbers: dict[str, str] = {}
    return re.sub(r"\b(gradient_|clip)(\d+)\b", lambda found: found[1] + numbers.setdefault(found[0], str(len(numbers))), svg)


def drawn(table: Internal[Table], shapes: Mapping[str, bytes], *, population: Population, indicator: str) -> dict[str, Any]:
    """The map as a Vega-Lite specification that needs nothing else."""
    figures = [f for f in table.content if (f.indicator.population, f.indicator.name) == (population, indicator)]
    features = _features([figure for figure in figures if figure.region in shapes], shapes)
    whole = next(figure for figure in figures if figure.region_system == STATE)
    elsewhere = [figure for figure in figures if figure.region_system != STATE and figure.region not in shapes]
    title = alt.TitleParams(
        f"{whole.indicator.definition.title}: {POPULATIONS[population]}, {table.content.geography.name}",
        subtitle=_subtitle(table.content, whole, elsewhere),
        anchor="start",
        fontSize=20,
        subtitleFontSize=12,
        subtitleColor=WORDS,
        subtitlePadding=6,
        offset=12,
    )
    chart = (
        _map(features, whole)
        .properties(width=WIDTH, height=HEIGHT, title=title)
        .project(type="identity", reflectY=True)
        .configure(background="white", font="sans-serif", view=alt.ViewConfig(stroke=None))
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


def _subtitle(table: Table, whole: Figure, elsewhere: list[Figure]) -> list[str]:
    """What it is about, the state's figure, and the figures of those who are on no outline."""
    cohort, basis = whole.indicator.cohort.shown, table.basis
    lines = [
        f"{table.period.label}; cohort {cohort} ({cohort.begins} to {cohort.ends}); as known on {basis.asked.on}",
        f"{whole.region_name}: {said(whole)}" + "".join(f"; {figure.region_name}: {said(figure)}" for figure in elsewhere),
    ]
    return [*lines, NOTICE]


def said(figure: Figure) -> str:
    """The figure for people, with its denominator."""
    if figure.status is not Status.OK or figure.denominator is None:
        return spoken(figure)
    if figure.indicator.measure is Measure.MEDIAN:
        return f"{spoken(figure)} (n = {figure.denominator:,})"
    return f"{spoken(figure)} of {figure.denominator:,}"


def _map(features: list[dict[str, Any]], whole: Figure) -> Any:
    """Outlines without a number in grey and dashed, the others by their value; each with its name and figure in words."""
    known = [feature for feature in features if feature["properties"]["value"] is not None]
    unknown = [feature for feature in features if feature["properties"]["value"] is None]
    values = [feature["properties"]["value"] for feature in known]
    legend = alt.Legend(
        title=whole.indicator.definition.title,
        format=FORMATS[whole.indicator.measure],
        gradientLength=220,
        titleLimit=400,
        orient="bottom-left",
    )
    # The scale begins and ends with the figures: the eye compares regions, the words beside them are the figures.
    scale = alt.Scale(range=["#e3f1f4", "#5fb0c0", "#2c7f99"], domain=[min(values), max(values)] if len(set(values)) > 1 else alt.Undefined)
    colour = alt.Color("properties.value:Q", scale=scale, legend=legend)
    layers: list[alt.Chart] = [
        _shapes(known).mark_geoshape(stroke="white", strokeWidth=1).encode(color=colour),
        _shapes(unknown).mark_geoshape(fill=NO_NUMBER, stroke=BORDER, strokeDash=[4, 3], strokeWidth=1),
    ]
    words = alt.Chart(alt.InlineData([feature["properties"] for feature in features])).encode(longitude="x:Q", latitude="y:Q")
    for line, above in (("name", -7), ("said", 7)):
        text = words.encode(text=f"{line}:N")
        layers.append(text.mark_text(fontSize=12, fontWeight="bold", dy=above, stroke="white", strokeWidth=4, strokeJoin="round"))
        layers.append(text.mark_text(fontSize=12, fontWeight="bold", dy=above, color=WORDS))
    foot = alt.Chart(alt.InlineData([{}])).mark_text(align="left", fontSize=12, fontWeight="bold", color=WARNING, text=NOTICE)
    layers.append(foot.encode(x=alt.value(0), y=alt.value(HEIGHT + 24)))
    return alt.layer(*layers)


def _shapes(features: list[dict[str, Any]]) -> alt.Chart:
    collection = {"type": "FeatureCollection", "features": features}
    return alt.Chart(alt.InlineData(collection, format={"property": "features", "type": "json"}))


def _features(figures: list[Figure], shapes: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The outlines on a plane on which a degree east is as long as a degree north in their middle, each with a point to write at."""
    outlines = dict(zip(shapes, shapely.from_wkb(list(shapes.values())), strict=True))
    middle = (
        (min(shapely.bounds(o)[1] for o in outlines.values()) + max(shapely.bounds(o)[3] for o in outlines.values())) / 2 if outlines else 0
    )
    features = []
    for figure in figures:
        outline = affinity.scale(outlines[figure.region], xfact=math.cos(math.radians(middle)), yfact=1, origin=(0, 0))
        widest = max(shapely.get_parts(outline), key=shapely.area)
        at = shapely.get_point(shapely.maximum_inscribed_circle(widest), 0)  # from the middle of the widest place to its edge
        properties = {"name": figure.region_name, "said": said(figure), "value": figure.printed, "x": at.x, "y": at.y}
        features.append({"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(outline))})
    _apart([feature["properties"] for feature in features], [shapely.from_geojson(json.dumps(f["geometry"])) for f in features])
    return features


def _apart(labels: list[dict[str, Any]], outlines: list[Any]) -> None:
    """Move labels that would overlap sideways, away from each other."""
    if not labels:
        return
    west, south, east, north = shapely.total_bounds(outlines)
    pixel = max((east - west) / WIDTH, (north - south) / HEIGHT)
    for n, one in enumerate(labels):
        for other in labels[:n]:
            widths = max(len(one["name"]), len(one["said"])) + max(len(other["name"]), len(other["said"]))
            overlap = widths / 2 * LETTER * pixel - abs(one["x"] - other["x"])
            if overlap > 0 and abs(one["y"] - other["y"]) < 2.5 * LINE * pixel:
                left, right = sorted((one, other), key=lambda label: float(label["x"]))
                left["x"] -= overlap / 2
                right["x"] += overlap / 2
