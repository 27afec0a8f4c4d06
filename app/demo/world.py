"""The real world in which the synthetic people live: New York's counties, regions and boards, its career paths, and OEWS wages.

Read from the definition files, so that the population fits whatever they say. Where people live is weighted by the population of
2020: U.S. Census Bureau, 2020 Census, P.L. 94-171, total population.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.demo.census import PEOPLE, PLACES
from app.labor_market.codes import six_digit

Floats = npt.NDArray[np.float64]

STATE_AREA = "3600000"
ALL_OCCUPATIONS = "00-0000"
QUARTILES = 1.349  # a normal distribution's quartiles lie 1.349 standard deviations apart

OTHER_WORK = ("41-2031", "35-3023", "43-9061", "53-7065", "43-4051", "43-6014", "53-3033", "37-2011", "43-5071", "33-9032")
"""Where those find work who do not find it in their path's target occupation: common occupations of little preparation."""

TRADES = ("electrician_apprenticeship", "hvac_technician", "welding", "cnc_machining")
"""Paths into occupations that have registered apprenticeships."""

RARER = {"electrician_apprenticeship": 0.10, "registered_nurse": 0.30}
"""Paths with a gate before them - a selection, prerequisites - so fewer start them than work in the occupation."""


@dataclass(frozen=True)
class Home:
    """Where people live: a county, or a municipality of a county that several boards share."""

    county: str
    place: str | None
    people: int
    region: str  # the labor market region
    area: str  # the local workforce development area
    oews: str  # the OEWS area whose wages are paid there


@dataclass(frozen=True)
class Rung:
    """A step of a path: `upto` is the share of the path that lies behind whoever finished it."""

    key: str
    upto: float
    credential: str | None
    wioa_type: str | None
    issuer: str | None

    @property
    def recognized(self) -> bool:
        return self.wioa_type not in (None, "not_recognized")


@dataclass(frozen=True)
class Way:
    """A career path as the generator needs it."""

    key: str
    weeks: int
    target: str  # the six-digit code of its first target occupation
    offered: frozenset[str] | None  # labor market regions; None: everywhere
    since: date  # the first day on which it may be started
    rungs: tuple[Rung, ...]

    @property
    def first_credential(self) -> int:
        """The position of the first step that awards a recognized credential."""
        return next(n for n, rung in enumerate(self.rungs) if rung.recognized)


@dataclass(frozen=True, eq=False)
class World:
    """Everything that the generator reads."""

    homes: tuple[Home, ...]
    ways: tuple[Way, ...]
    areas: Mapping[str, str]  # code -> name of every local workforce development area
    regions: Mapping[str, str]  # code -> name of every labor market region
    pay: Mapping[tuple[str, str], tuple[float, float]]  # OEWS area, occupation -> yearly median and log-normal spread
    jobs: Mapping[tuple[str, str], int]  # OEWS area, occupation -> employment

    @cached_property
    def occupations(self) -> tuple[str, ...]:
        """Every occupation in which people of the population work: the targets of the paths, then the others."""
        return (*dict.fromkeys(way.target for way in self.ways), *OTHER_WORK)

    @cached_property
    def weights(self) -> Floats:
        """The share of people in each home."""
        people = np.array([home.people for home in self.homes], dtype=float)
        return np.asarray(people / people.sum())

    @cached_property
    def choices(self) -> Floats:
        """home x path: how likely a learner there takes that path, added up over the paths. The last row is for people of other states.

        The likelihood follows the root of the occupation's employment in the OEWS area, so that small occupations have learners too.
        """
        rows = [self._likely(home) for home in self.homes]
        everywhere = np.array([way.offered is None for way in self.ways])
        likely = np.array([*rows, np.mean(rows, axis=0) * everywhere])
        return np.asarray(np.cumsum(likely / likely.sum(axis=1, keepdims=True), axis=1))

    def _likely(self, home: Home) -> list[float]:
        return [
            (way.offered is None or home.region in way.offered)
            * RARER.get(way.key, 1.0)
            * float(self.jobs.get((home.oews, way.target)) or self.jobs[STATE_AREA, way.target] / 100) ** 0.5
            for way in self.ways
        ]

    @cached_property
    def wages(self) -> tuple[Floats, Floats]:
        """home x occupation: the yearly median and the spread of the OEWS area; where it has no figure, the state's."""
        found = np.array([[self.pay.get((home.oews, o)) or self.pay[STATE_AREA, o] for o in self.occupations] for home in self.homes])
        return found[..., 0], found[..., 1]


def read(regions: Path, career_paths: Path) -> World:
    """The world of one state's definition files: `regions/us-ny` and `career_paths/us-ny`."""
    labor_market_regions, _ = _edition(regions, "labor_market_region")
    areas, places = _edition(regions, "lwda")
    oews = {county: official for official, _name, counties, _ in _regions(regions, "oews_area") for county in counties}
    homes = tuple(_homes(labor_market_regions, areas, places, oews))
    pay, jobs = _wages(regions / "labor_market" / "wages.csv")
    ways = tuple(_way(tomllib.loads(file.read_text())) for file in sorted(career_paths.glob("*.toml")))
    names = {system: {code: name for code, name, *_ in _regions(regions, system)} for system in ("lwda", "labor_market_region")}
    return World(homes, ways, names["lwda"], names["labor_market_region"], pay, jobs)


def _homes(
    regions: Mapping[str, str], areas: Mapping[str, str], places: Mapping[tuple[str, str | None], str], oews: Mapping[str, str]
) -> Iterator[Home]:
    for county, people in PEOPLE.items():
        about = {"region": regions[county], "oews": oews.get(county, STATE_AREA)}
        if county in areas:
            yield Home(county, None, people, area=areas[county], **about)
            continue
        rest = people - sum(residents for (_, code), residents in PLACES[county].items() if code)
        listed = sum(residents for (_, code), residents in PLACES[county].items() if not code)
        for (name, code), residents in PLACES[county].items():
            area = places.get((county, code)) or places[county, None]
            yield Home(county, name, residents if code else rest * residents // listed, area=area, **about)


def _edition(regions: Path, system: str) -> tuple[dict[str, str], dict[tuple[str, str | None], str]]:
    """Of a system's latest edition: county -> region, and (county, place or None for the rest) -> region."""
    whole: dict[str, str] = {}
    parts: dict[tuple[str, str | None], str] = {}
    for code, _name, counties, shared in _regions(regions, system):
        whole.update(dict.fromkeys(counties, code))
        parts.update({(part["county"], part.get("place")): code for part in shared})
    return whole, parts


def _regions(regions: Path, system: str) -> Iterator[tuple[str, str, list[str], list[dict[str, Any]]]]:
    """Code, name, counties and parts of counties of each region. OEWS areas are known by the code that BLS gave them."""
    edition = tomllib.loads(sorted((regions / "editions" / system).glob("*.toml"))[-1].read_text())
    for region in edition["regions"]:
        code = region.get("official_code", region["code"]) if system == "oews_area" else region["code"]
        yield code, region["name"], region.get("counties", []), region.get("parts", [])


def _wages(file: Path) -> tuple[dict[tuple[str, str], tuple[float, float]], dict[tuple[str, str], int]]:
    """Of each OEWS area and occupation the median with the spread, and the employment, where BLS released them."""
    pay, jobs = {}, {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = (row["area"], row["code"])
            if row["median"] and row["p25"] and row["p75"]:
                pay[key] = (float(row["median"]), log(float(row["p75"]) / float(row["p25"])) / QUARTILES)
            if row["employment"]:
                jobs[key] = int(row["employment"])
    return pay, jobs


def _way(definition: Mapping[str, Any]) -> Way:
    offered = definition["regions_offered"]
    regions = None if offered == "state" else frozenset(o["code"] for o in offered if o["system"] == "labor_market_region")
    weeks = sum(step["weeks"] for step in definition["steps"])
    rungs, behind = [], 0
    for step in definition["steps"]:
        behind += step["weeks"]
        credential = step.get("credential", {})
        rungs.append(Rung(step["key"], behind / weeks, credential.get("name"), credential.get("wioa_type"), credential.get("issuer")))
    target = six_digit(definition["target_occupations"][0]["code"])
    return Way(definition["key"], weeks, target, regions, definition["valid_from"], tuple(rungs))
