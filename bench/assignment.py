"""A million points to New York's counties, and to the regions of every system, beside a bare `STRtree.query` for the counties.

The baseline is what one writes first: shapely's tree over the outlines, asked once for all points. Points are spread evenly over the
state's bounding box, so that four of ten lie in a county; making the points and the tree is not counted, nor is making the grid, which is
done once for an edition and printed by itself.
"""

import argparse
import json
import statistics
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from app.contract.regions import RegionEditionDefinition
from app.definitions import regions as translation
from app.regions.points import InSystems, Located
from app.regions.rules import COUNTY, division

POINTS, ROUNDS = 1_000_000, 5
FOLDER = Path(__file__).parents[1] / "regions/us-ny"


def run(_args: argparse.Namespace) -> None:
    """Measure in turns, so that whatever else the machine does touches all of them alike; the medians are printed."""
    counties = translation.drawn(json.loads((FOLDER / "counties.geojson").read_text()), system=COUNTY)
    outlines = np.array(list(counties.drawn.values()), dtype=object)
    west, south, east, north = shapely.total_bounds(outlines)
    rng = np.random.default_rng(20261031)
    lon, lat = rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)
    points = shapely.points(lon, lat)
    tree = shapely.STRtree(outlines)
    took, _ = timed(lambda: Located(counties.drawn).assign(lon[:1], lat[:1]))
    print(f"outlines made ready once: {took:.2f} s, {sum(map(int, shapely.get_num_coordinates(outlines))):,} points in them")
    located = Located(counties.drawn)
    systems = InSystems(located, divisions(counties))
    ways: dict[str, Callable[[], Any]] = {
        "bare STRtree.query": lambda: tree.query(points, predicate="within"),
        "to counties": lambda: located.assign(lon, lat),
        f"to {len(systems.codes)} systems": lambda: systems.assign(lon, lat),
    }
    found = {name: way() for name, way in ways.items()}
    expected = np.full(POINTS, -1)
    expected[found["bare STRtree.query"][0]] = found["bare STRtree.query"][1]
    assert (found["to counties"] == expected).all(), "the two disagree"
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            rounds[name].append(timed(way)[0])
    baseline = statistics.median(rounds["bare STRtree.query"])
    for name, each in rounds.items():
        middle = statistics.median(each)
        print(f"{name:20}{middle:8.3f} s   {middle / baseline:5.2f}x   {POINTS / middle / 1e6:6.1f} million points a second")


def divisions(counties: Any) -> dict[str, dict[str, str]]:
    """Of each system, the region of each county that one region has all of."""
    whole = {COUNTY: {region.code: region.code for region in counties.edition.regions}}
    for path in sorted((FOLDER / "editions").glob("*/*.toml")):
        edition = translation.listed(RegionEditionDefinition.model_validate(tomllib.loads(path.read_text()))).edition
        whole[edition.system] = dict(division(edition.system, edition.regions).whole)
    return whole


def timed(way: Callable[[], Any]) -> tuple[float, Any]:
    """How many seconds it takes, and what it answers."""
    began = time.perf_counter()
    answer = way()
    return time.perf_counter() - began, answer
