"""The synthetic people themselves. Nobody could take one for real: invented family names, reserved telephone numbers and mail domain.

Social security numbers have to be possible, or they would count as missing, and must be nobody's. Such a range does not exist since
numbers are given at random (25 June 2011). These have area numbers of 780 to 887, which were never given before that day, when
practically everybody in this population had a number already: whose number one of them should be, it is by chance.
"""

import numpy as np
import polars as pl

from app.demo.census import NEIGHBOURS
from app.demo.chance import Chance, Ints
from app.demo.journeys import Who
from app.demo.naming import Names
from app.demo.world import World

GIVEN = (
    "Ada", "Amir", "Ana", "Ben", "Carla", "Chen", "Dalia", "Dev", "Elena", "Emeka", "Fatima", "Felix", "Grace", "Hana", "Ines", "Isaac",
    "Jamal", "Joan", "Kofi", "Lena", "Luis", "Maya", "Mei", "Nadia", "Noah", "Olga", "Omar", "Paula", "Quinn", "Rosa", "Sam", "Tariq",
    "Uma", "Vera", "Wen", "Yusuf",
)  # fmt: skip
FAMILY = tuple(
    f"{first}{second}"
    for first in ("Demo", "Sample", "Specimen", "Test", "Mock")
    for second in ("bridge", "brook", "dale", "field", "ford", "grove", "hill", "land", "mill", "rock", "shore", "stead", "view", "wood")
)  # fmt: skip
"""Family names: Demobrook, Samplefield, Testwood …"""

TELEPHONE_AREAS = {
    "western_new_york": 716,
    "finger_lakes": 585,
    "southern_tier": 607,
    "central_new_york": 315,
    "mohawk_valley": 315,
    "north_country": 518,
    "capital_region": 518,
    "hudson_valley": 845,
    "new_york_city": 212,
    "long_island": 516,
}
"""North American Numbering Plan: 555-0100 to 555-0199 are kept for fiction in every area code."""

RACES = ("white", "black_or_african_american", "asian", "american_indian_or_alaska_native", "native_hawaiian_or_pacific_islander")
RACE_SHARES = (0.560, 0.180, 0.105, 0.010, 0.002, 0.143)  # the last: not disclosed. After 2020 Census, P.L. 94-171, New York
SECOND_RACE = 0.06  # who names another one too
HISPANIC = (0.76, 0.19, 0.05)  # no, yes, not disclosed
VETERAN = (0.93, 0.05, 0.02)
SEX = (0.49, 0.49, 0.02)

AREA_NUMBERS, SERIALS, GROUPS = 108, 9_998, 98
STRIDE = 6_700_417  # a prime: numbers of people who follow each other are far apart


def participants(chance: Chance, world: World, who: Who, names: Names) -> pl.DataFrame:
    """One row a person, with the columns of the import kind `participants`."""
    number = who.first + np.arange(who.n)
    given = pl.Series(GIVEN).gather(chance.between(0, len(GIVEN) - 1))
    family = pl.Series(FAMILY).gather(chance.between(0, len(FAMILY) - 1))
    told = chance.between(0, 99)
    area = pl.Series([TELEPHONE_AREAS.get(home.region, 212) for home in world.homes]).gather(who.home)
    frame = pl.DataFrame(
        {
            "partner": names.partner.gather(who.registered_by),
            "reference": names.person,
            "first_name": given,
            "last_name": family,
            "birth_date": _births(chance, who).astype("datetime64[D]"),
            "ssn": ssns(number),
            "email": number,
            "phone": told,
            "address": chance.between(1, 400),
            **_addresses(chance, world, who),
            "sex": pl.Series([1, 2, 9]).gather(chance.one_of(SEX)),
            "hispanic": pl.Series([0, 1, 9]).gather(chance.one_of(HISPANIC)),
            "races": _races(chance),
            "veteran": pl.Series([0, 1, 9]).gather(chance.one_of(VETERAN)),
            "registered_on": who.registered.astype("datetime64[D]"),
        }
    )
    small = pl.col("first_name").str.to_lowercase(), pl.col("last_name").str.to_lowercase()
    return frame.with_columns(
        ssn=pl.when(pl.Series(~who.no_ssn)).then("ssn"),
        email=pl.when(pl.col("email") % 9 != 0).then(pl.format("{}.{}.{}@example.org", *small, "email")),
        phone=pl.format("{}-555-01{}", area, pl.col("phone").cast(pl.String).str.zfill(2)),
        address=pl.format("{} Example Street", "address"),
    )


def ssns(number: Ints) -> pl.Series:
    """A number of nine digits for each person, no two alike; see the module."""
    spread = (number * STRIDE) % (AREA_NUMBERS * GROUPS * SERIALS)
    digits = (780 + spread // (GROUPS * SERIALS)) * 1_000_000 + (1 + spread // SERIALS % GROUPS) * 10_000 + 1 + spread % SERIALS
    return pl.Series(digits).cast(pl.String)


def _births(chance: Chance, who: Who) -> Ints:
    """Youth are 16 to 24 at entry (20 CFR 681.210, 681.220); others 18 to 68, most of them between 25 and 55."""
    years = np.where(who.youth, 16 + 8.9 * chance.rng.random(who.n), np.clip(chance.rng.normal(40, 11, who.n), 18.1, 68))
    return who.entry - np.ceil(years * 365.25).astype(np.int64) - 1


def _addresses(chance: Chance, world: World, who: Who) -> dict[str, pl.Series]:
    """State, county and, where the county is divided and the place is known, the municipality. No ZIP codes: New York's table has none."""
    beyond = [(state, county) for state, counties in NEIGHBOURS.items() for county in counties]
    which = chance.between(0, len(beyond) - 1)
    outside = pl.Series(who.out_of_state)
    known = pl.Series(who.out_of_state | who.placeless)
    return pl.select(
        postal=pl.when(outside).then(pl.Series([state for state, _ in beyond]).gather(which)).otherwise(pl.lit("NY")),
        county=pl.when(outside)
        .then(pl.Series([county for _, county in beyond]).gather(which))
        .otherwise(pl.Series([home.county for home in world.homes]).gather(who.home)),
        place=pl.when(~known).then(pl.Series([home.place for home in world.homes], dtype=pl.String).gather(who.home)),
        zip=pl.repeat(None, who.n, dtype=pl.String),
    ).to_dict(as_series=True)


def _races(chance: Chance) -> pl.Series:
    """Races in words, several joined by `|`; blank: not disclosed."""
    words = [*RACES, None]
    first, second = chance.one_of(RACE_SHARES), chance.between(0, len(RACES) - 1)
    two = chance.happens(SECOND_RACE) & (first < len(RACES)) & (first != second)
    one = pl.Series(words).gather(first)
    return pl.select(pl.when(pl.Series(two)).then(pl.format("{}|{}", one, pl.Series(words).gather(second))).otherwise(one)).to_series()
