"""Facts about a few people, made up at random around the edges of the rules: what an extract reads, without a database."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from tests.outcomes.plain_frame import Facts, Row

DAY = timedelta(days=1)
FIRST = date(2024, 1, 1)
STEPS = [0, 1, 30, 60, 88, 89, 90, 91, 92, 180, 364, 365, 366, 367]
SYSTEMS = ["county", "labor_market_region"]
REGIONS = [
    {"county": {"region": "36029", "how": "county"}, "labor_market_region": {"region": "western_new_york", "how": "county"}},
    {"county": {"region": "36059", "how": "county"}, "labor_market_region": {"region": None, "how": "needs_place"}},
    {"county": {"region": None, "how": "out_of_state"}, "labor_market_region": {"region": None, "how": "out_of_state"}},
]
OCCUPATIONS = ["29-2052", "29-2052.00", "15-1232", "53-3032", "29-2012"]

ABOUT = ("201", "210", "211", "212", "213", "214", "215", "300")
_SMALL, _KEY = pl.Int16, pl.Int64
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "people": {"person": _KEY, "100": pl.String, **dict.fromkeys(ABOUT, _SMALL), "residence": _KEY},
    "merged": {"number": _KEY, "person": _KEY},
    "services": {
        "person": _KEY, "program": pl.String, "begins": pl.Boolean, "extends": pl.Boolean, "date": pl.Date, "end": pl.Date,
        "training": _SMALL, "partner": _SMALL, "age": _SMALL, "settles": pl.String,
    },
    "planned": {"person": _KEY, "program": pl.String, "date": pl.Date, "end": pl.Date},
    "enrollments": {
        "person": _KEY, "enrollment": pl.String, "partner": _SMALL, "path": _SMALL, "residence": _KEY, "started_on": pl.Date,
        "planned_end": pl.Date, "ended_on": pl.Date, "completed": _SMALL, "age": _SMALL,
    },
    "credentials": {"person": _KEY, "enrollment": pl.String, "type": _SMALL, "date": pl.Date},
    "exit_reasons": {"person": _KEY, "reason": _SMALL, "since": pl.Date},
    "work": {
        "person": _KEY, "quarter": pl.Int32, "employer": _KEY, "source": _SMALL, "wages": _KEY, "occupation": pl.String,
        "industry": pl.String, "apprenticeship": pl.Boolean,
    },
    "residences": {"residence": _KEY, "postal": pl.String, "county": pl.String, "regions": pl.String},
    "organisations": {"partner": _SMALL, "key": pl.String, "board_code": pl.String},
    "paths": {"path": _SMALL, "key": pl.String, "awards": _SMALL},
    "agreements": {"partner": _SMALL, "valid_from": pl.Date, "valid_until": pl.Date},
    "in_demand": {
        "system": pl.String, "region": pl.String, "code": pl.String, "members": pl.String, "valid_from": pl.Date, "valid_until": pl.Date,
    },
}  # fmt: skip
"""The columns that `app.outcomes.facts` reads; a test holds them against the statements."""


def tables(facts: Facts) -> dict[str, pl.DataFrame]:
    """The facts as tables."""
    return {name: pl.DataFrame([{c: row[c] for c in schema} for row in facts[name]], schema) for name, schema in SCHEMAS.items()}


def made_up(seed: int, people: int) -> Facts:
    """Everything that is recorded of a few people."""
    chance = Random(seed)
    facts: Facts = {name: [] for name in SCHEMAS}
    for n, (postal, county, regions) in enumerate(zip(("NY", "NY", "NJ"), ("36029", "36059", None), REGIONS, strict=True), 1):
        facts["residences"].append({"residence": n, "postal": postal, "county": county, "regions": json.dumps(regions)})
    facts["organisations"] = [
        {"partner": 1, "key": "erie_board", "board_code": "36045"},
        {"partner": 2, "key": "niagara_college", "board_code": None},
    ]
    facts["paths"] = [{"path": 1, "key": "welding", "awards": 1}, {"path": 2, "key": "digital_basics", "awards": 0}]
    facts["agreements"] = [{"partner": 2, "valid_from": FIRST + 200 * DAY, "valid_until": chance.choice([None, FIRST + 500 * DAY])}]
    facts["in_demand"] = [
        _designated("29-2052", FIRST, None),
        _designated("15-1230", FIRST, FIRST + 400 * DAY, ["15-1231", "15-1232"]),
        _designated("53-3032.00", FIRST + 300 * DAY, None),
    ]
    for person in range(people):
        _person(chance, person, facts)
    for name in ("services", "work", "credentials"):
        chance.shuffle(facts[name])
    return facts


def _designated(code: str, valid_from: date, valid_until: date | None, members: list[str] | None = None) -> Row:
    told = {"system": "labor_market_region", "region": "western_new_york", "code": code, "members": json.dumps(members or [])}
    return told | {"valid_from": valid_from, "valid_until": valid_until}


def _person(chance: Random, person: int, facts: Facts) -> None:
    about = {element: chance.choice([0, 1, 9]) for element in ABOUT}
    facts["people"].append({"person": person, "100": f"id-{person}", "residence": chance.randint(1, 3), **about})
    days = [FIRST + chance.choice([chance.randrange(300), 200, 300, 400, 500]) * DAY]
    for _ in range(chance.randint(0, 5)):
        days.append(days[-1] + chance.choice(STEPS) * DAY)
    for day in days:
        end = day + chance.choice([0, 0, 10, 89, 90, 200]) * DAY
        program = chance.choice(["adult", "adult", "youth", "wagner_peyser", "dwg", "dislocated_worker"])
        what = chance.random()
        if what < 0.6:
            runs = None if chance.random() < 0.05 else end
            told = {
                "training": chance.choice([None, None, 1, 5, 6, 9, 11, 12, 2]),
                "partner": chance.randint(1, 2),
                "age": (day - date(1990, 5, 17)).days // 366,
            }
            begins = {"begins": chance.random() < 0.9, "extends": True, "settles": None}
            facts["services"].append({"person": person, "program": program, "date": day, "end": runs, **begins, **told})
        elif what < 0.7:
            facts["planned"].append({"person": person, "program": program, "date": day, "end": end + DAY})
        if chance.random() < 0.4:
            _enrolled(chance, person, day, facts)
        if chance.random() < 0.15:
            facts["exit_reasons"].append(
                {"person": person, "reason": chance.randint(1, 7), "since": end + chance.choice([0, 1, 90, 91]) * DAY}
            )
    _settled(chance, person, days, facts)
    _paid(chance, person, days, facts)


def _settled(chance: Random, person: int, days: list[date], facts: Facts) -> None:
    """What comes before an element of Youth: settled early, in between, or never."""
    for settles in ("eligibility", "assessment", "strategy"):
        for day in chance.sample(days, chance.choice([0, 1, 1, 1, 2]) if len(days) > 1 else 1):
            does = {"begins": False, "extends": False, "settles": settles, "training": None, "partner": 1, "age": None}
            on = day - chance.choice([0, 0, 30, 400]) * DAY
            facts["services"].append({"person": person, "program": "youth", "date": on, "end": on, **does})


def _enrolled(chance: Random, person: int, day: date, facts: Facts) -> None:
    ended = day + chance.choice(STEPS) * DAY if chance.random() < 0.8 else None
    enrollment = f"e-{person}-{len(facts['enrollments'])}"
    about = {"partner": chance.randint(1, 2), "path": chance.randint(1, 2), "residence": chance.randint(1, 3), "age": 34}
    completed = None if ended is None else chance.randint(0, 1)
    dates = {"started_on": day, "planned_end": day + 100 * DAY, "ended_on": ended, "completed": completed}
    facts["enrollments"].append({"person": person, "enrollment": enrollment, **about, **dates})
    for _ in range(chance.randint(0, 4)):
        awarded = (ended or day) + chance.choice([-400, -10, 0, 100, 365, 366, 367]) * DAY
        of = chance.choice([None, enrollment, "another"])
        facts["credentials"].append({"person": person, "enrollment": of, "type": chance.randint(1, 7), "date": awarded})


def _paid(chance: Random, person: int, days: list[date], facts: Facts) -> None:
    seen = set()
    for _ in range(chance.randint(0, 14)):
        day = chance.choice(days) + chance.randint(0, 500) * DAY
        quarter = day.year * 4 + (day.month - 1) // 3
        employer, source = chance.randint(1, 3), chance.randint(0, 4)
        if (quarter, employer, source) in seen:
            continue
        seen.add((quarter, employer, source))
        wages = None if source == 4 and chance.random() < 0.4 else chance.choice([100_000, 100_000, 450_000, 820_000])
        occupation = chance.choice(OCCUPATIONS) if chance.random() < 0.5 else None
        told = {"occupation": occupation, "industry": chance.choice([None, "622110"]), "apprenticeship": chance.random() < 0.1}
        facts["work"].append({"person": person, "quarter": quarter, "employer": employer, "source": source, "wages": wages, **told})
