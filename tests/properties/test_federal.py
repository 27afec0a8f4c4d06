"""What is computed of a file equals a plain count of its records, to the person, whatever the file and the readings."""

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.periods import Kind, Period, last_ended
from app.outcomes.compute import compute, written
from app.outcomes.federal import RESULTS, applying, results
from app.outcomes.flat import read
from app.outcomes.groups import BY, groupings
from app.outcomes.individuals import COUNTED_ONCE, places
from app.outcomes.rules import Asked
from app.states.policy import Policy
from tests.properties.records import COLUMNS, Record, record
from tests.spec import federal_reference as plain

seeds = st.integers(0, 2**32)
kinds = st.sampled_from(Kind)
days = st.sampled_from([date(2025, 6, 30), date(2025, 3, 31), date(2024, 12, 31), date(2025, 9, 30), date(2025, 8, 15), date(2024, 2, 29)])
CHOICES = {
    "code9": ("left_out", "negative"),
    "race": ("exclusive", "overlapping"),
    "retention_unit": ("period", "person"),
    "youth_credential": ("formula", "text"),
    "one_year": ("365", "anniversary"),
}
choices = st.sampled_from([dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())])


DATED = {"200", "900", "901", "1406", "1407", "1801", "1803", "1805", "1806", "1807", "1808", "1809", "1810", "1811", "1813"}
"""The elements that are dates."""

styles = st.sampled_from(["plain", "dashed", "mixed"])


def asked(kind: Kind, day: date, chosen: dict[str, str]) -> Asked:
    return Asked(Period(kind, last_ended(day)), day, Policy().reading([f"{name}={value}" for name, value in chosen.items()]))


def read_back(records: list[Record], columns: list[str] = COLUMNS, *, style: str = "mixed") -> pl.DataFrame:
    """The records as they are read of a file, in which dates are written without dashes, with them, or now so and now so."""
    if style != "mixed":
        written_as = "%Y%m%d" if style == "plain" else "%Y-%m-%d"
        records = [
            {k: (d.strftime(written_as) if (d := plain.day(r, k)) else "") if k in DATED else v for k, v in r.items()} for r in records
        ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(records)
        return read(path).rows


def cells(
    records: list[Record], question: Asked, state: str | None = "NY", by: tuple[str, ...] = BY, style: str = "mixed"
) -> dict[Any, dict[str, Any]]:
    found = compute(read_back(records, style=style), question, list(groupings(by, question.policy, state)))
    return {(row["program"], row["indicator"], row["group"]): row for row in written(found, "period")}


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(0, 120), kinds, days, choices, st.sampled_from([None, "NY"]), styles)
def test_every_cell_equals_a_plain_count(
    seed: int, rows: int, kind: Kind, day: date, chosen: dict[str, str], state: str | None, style: str
) -> None:
    chance = Random(seed)
    records = [record(chance) for _ in range(rows)]
    found = cells(records, asked(kind, day, chosen), state, style=style)
    expected = plain.figures(records, kind.value, day, plain.Choice(**chosen), state)
    assert found.keys() == expected.keys()
    for key, row in found.items():
        of = expected[key]
        assert (row["numerator"], row["denominator"], row["due_nines"]) == (of.numerator, of.denominator, of.nines), key
        if key[1] == "median_earnings_q2":
            assert (row["value"] and Decimal(row["value"])) == of.median, key
        elif key[1] in plain.COUNTS:
            assert row["value"] == of.numerator == row["value_if_nines_counted"]
        else:
            rate = plain.rate(of)
            assert row["value"] == (None if rate is None else float(rate)), key
            if of.if_counted:
                assert row["value_if_nines_counted"] == of.numerator / of.if_counted, key
        inside = "ok" if of.denominator or key[1] in plain.COUNTS else "not_yet_available" if of.nines else "not_applicable"
        assert row["status"] == inside


def made_up(seed: int, rows: int) -> list[Record]:
    chance = Random(seed)
    return [record(chance) for _ in range(rows)]


@settings(max_examples=12, deadline=None)
@given(seeds, st.integers(0, 60), kinds, days, choices)
def test_every_row_has_one_place_and_the_cells_are_sums_of_places(
    seed: int, rows: int, kind: Kind, day: date, chosen: dict[str, str]
) -> None:
    records = made_up(seed, rows)
    question = asked(kind, day, chosen)
    each = list(places(read_back(records), question, batch=17))
    told = pl.concat(each).rows(named=True) if each else []
    assert len(told) == rows * sum(len(list(applying(program))) for program in RESULTS)
    assert [row["line"] for row in told] == sorted(row["line"] for row in told)
    counted = Counter((row["program"], row["indicator"], row["place"]) for row in told)
    for (program, indicator, _), cell in cells(records, question, by=()).items():
        numerator = counted[program, indicator, "numerator"]
        assert (numerator, numerator + counted[program, indicator, "denominator"]) == (cell["numerator"], cell["denominator"])
    for row in told:
        assert (row["reason"] is None) == (row["place"] in ("numerator", "denominator"))


def test_the_records_made_up_meet_every_reason() -> None:
    """Or a comparison would prove little."""
    question = asked(Kind.ROLLING_4, date(2025, 6, 30), {"retention_unit": "person"})
    told = pl.concat(places(read_back(made_up(1, 3000)), question))
    each = told.unique(["program", "indicator", "reason", "place"]).rows(named=True)
    found = {(row["program"], row["indicator"], row["reason"] or row["place"]) for row in each}
    wanted = {(str(program), i.name, place) for program in RESULTS for i in results(program, question) for place in i.places}
    whole = ("participants_served", "participants_exited", "median_earnings_q2")  # who is in the denominator is in the numerator
    counts = {one for one in wanted if one[1] in whole and one[2] == "denominator"}
    assert found - wanted == {("statewide", "retention_same_employer", COUNTED_ONCE)}
    assert wanted - found == counts


YEARS = timedelta(days=1461)  # four years with their leap day


@settings(max_examples=8, deadline=None)
@given(seeds, kinds, days, choices)
def test_four_years_later_the_same_is_said(seed: int, kind: Kind, day: date, chosen: dict[str, str]) -> None:
    records = made_up(seed, 80)
    later = [{k: str((plain.day(r, k) or day) + YEARS) if k in DATED and r[k] else r[k] for k in r} for r in records]
    assert cells(later, asked(kind, day + YEARS, chosen)) == cells(records, asked(kind, day, chosen))


@settings(max_examples=8, deadline=None)
@given(seeds, kinds, days, choices)
def test_more_evidence_of_work_changes_no_cohort_and_lowers_no_numerator(seed: int, kind: Kind, day: date, chosen: dict[str, str]) -> None:
    records = made_up(seed, 80)
    chance = Random(seed)
    found = {"1602": "1", "1606": "1"}
    more = [r | {e: v for e, v in found.items() if chance.random() < 0.3 and r[e] not in plain.WORK} for r in records]
    fewer = cells(records, asked(kind, day, chosen))
    for key, after in cells(more, asked(kind, day, chosen)).items():
        before = fewer.get(key, {"numerator": 0, "denominator": 0, "due_nines": 0})
        if "employment" in key[1] or "youth" in key[1]:
            assert after["numerator"] >= before["numerator"]
            left_out = chosen["code9"] == "left_out"
            everybody = [one["denominator"] + (one["due_nines"] if left_out else 0) for one in (before, after)]
            assert everybody[0] == everybody[1]
        elif key[1] in ("participants_served", "participants_exited", "measurable_skill_gains"):
            assert after == before


@settings(max_examples=8, deadline=None)
@given(seeds, kinds, days, choices)
def test_groups_of_which_everybody_is_in_one_sum_to_all(seed: int, kind: Kind, day: date, chosen: dict[str, str]) -> None:
    """Local areas, people and medians need not."""
    found = cells(made_up(seed, 80), asked(kind, day, chosen))
    single = ["county", "sex", "age", "lwda", *(["race_ethnicity"] if chosen["race"] == "exclusive" else [])]
    for (program, indicator, group), whole in found.items():
        if group == "all" and not (program == "statewide" and chosen["retention_unit"] == "person"):
            for name in single:
                parts = [row for key, row in found.items() if key[:2] == (program, indicator) and key[2].startswith(f"{name}=")]
                for counted in ("numerator", "denominator", "due_nines"):
                    assert sum(part[counted] for part in parts) == whole[counted], (program, indicator, name)


def test_columns_that_are_not_there_are_blank_and_names_are_those_of_the_layout() -> None:
    """The fewest columns: who was served and exited; nobody is known to have worked."""
    rows = read_back([{"100": "A", "900": "20240110", "901": "20240520", "903": "1"}], ["100", "900", "901", "903"])
    assert rows.height == 1
    found = compute(rows, asked(Kind.QUARTER, date(2025, 6, 30), {}), [])
    assert [(str(c.indicator.program), c.indicator.name, c.numerator, c.denominator) for c in found.cells if c.denominator] == [
        ("adult", "employment_rate_q2", 0, 1)
    ]


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(0, 100))
def test_however_dates_are_written_the_rows_are_the_same(seed: int, rows: int) -> None:
    records = made_up(seed, rows)
    mixed = read_back(records)
    assert read_back(records, style="plain").equals(mixed)
    assert read_back(records, style="dashed").equals(mixed)
    spaced = [{k: f" {v} " if v and k != "200" else v for k, v in r.items()} for r in records]
    assert read_back(spaced).equals(mixed)


def test_a_person_counts_once_by_the_best_of_the_periods() -> None:
    """Somebody who has a nine and is in the denominator is no nine; without an id everybody is somebody else."""
    left = {"900": "20230110", "901": "20231120", "903": "1", "1602": "1"}
    nine, kept, changed = {"1606": "9", "1618": "0"}, {"1606": "1", "1618": "1"}, {"1606": "1", "1618": "0"}
    told = [("A", nine), ("A", changed), ("B", nine), ("", nine), ("", kept), ("B", nine), ("C", changed), ("C", kept)]
    rows = read_back([left | {"100": person} | work for person, work in told], [*left, "100", "1606", "1618"])
    question = asked(Kind.QUARTER, date(2025, 6, 30), {"retention_unit": "person"})
    [cell] = [cell for cell in compute(rows, question, []).cells if cell.indicator.program == "statewide"]
    assert (cell.numerator, cell.denominator, cell.due_nines) == (2, 3, 2)
    each = pl.concat(places(rows, question)).filter(pl.col("program") == "statewide")
    assert [row["reason"] or row["place"] for row in each.rows(named=True)] == [
        *(COUNTED_ONCE, "denominator", "outcome_not_yet_available", "outcome_not_yet_available"),
        *("numerator", COUNTED_ONCE, COUNTED_ONCE, "numerator"),
    ]
