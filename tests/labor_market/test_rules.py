"""The named rules: which occupations they designate, and why the others are out."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.labor_market.rules import DECIDED, RULE_NAMES, RULES, oews_share_v1

KINDS: dict[str, type[pl.DataType]] = {
    "code": pl.String,
    "title": pl.String,
    "employment": pl.Int64,
    "p75": pl.Int64,
    "p75_at_least": pl.Int64,
    "job_zone": pl.Int64,
    "area_employment": pl.Int64,
    "area_median": pl.Int64,
}
# Passes with nothing to spare: 60 of 100,000 jobs, and 120 % of the area's median.
EDGE: dict[str, Any] = {
    "code": "51-4121",
    "title": "Welders, Cutters, Solderers, and Brazers",
    "employment": 60,
    "p75": 60_000,
    "p75_at_least": None,
    "job_zone": 2,
    "area_employment": 100_000,
    "area_median": 50_000,
}


def passes(*rows: dict[str, Any]) -> list[bool]:
    return pl.DataFrame(list(rows), schema=KINDS, orient="row").select(oews_share_v1()).to_series().to_list()


@pytest.mark.parametrize(
    ("why", "instead", "expected"),
    [
        ("on every edge", {}, True),
        ("one job too few of the area's", {"employment": 59}, False),
        ("the share, but not fifty jobs", {"employment": 49, "area_employment": 50_000}, False),
        ("fifty jobs in a small area", {"employment": 50, "area_employment": 50_000}, True),
        ("pays a dollar too little", {"p75": 59_999}, False),
        ("prepared for two years: 80 % is enough", {"job_zone": 3, "p75": 40_000}, True),
        ("prepared for two years, and pays less", {"job_zone": 3, "p75": 39_999}, False),
        ("a bachelor's degree: 120 % again", {"job_zone": 4, "p75": 59_999}, False),
        ("a bachelor's degree", {"job_zone": 4}, True),
        ("little or no preparation", {"job_zone": 1}, False),
        ("a graduate degree", {"job_zone": 5}, False),
        ("no Job Zone", {"job_zone": None}, False),
        ("managers", {"code": "11-9111"}, False),
        ("supervisors of construction trades", {"code": "47-1011"}, False),
        ("supervisors of police", {"code": "33-1012"}, False),
        ("construction trades themselves", {"code": "47-2111"}, True),
        ("computer occupations are no supervisors", {"code": "15-1232"}, True),
        ("health practitioners are no supervisors", {"code": "29-1141"}, True),
        ("residual", {"title": "Health Technologists and Technicians, All Other"}, False),
        ("bartenders live on tips", {"code": "35-3011"}, False),
        ("cooks do not", {"code": "35-2014"}, True),
        ("employment is not released", {"employment": None}, False),
        ("wages are not released", {"p75": None}, False),
        ("top-coded above what is asked", {"p75": None, "p75_at_least": 239_200}, True),
        ("top-coded, in an area of very high wages", {"p75": None, "p75_at_least": 239_200, "area_median": 200_000}, False),
        ("the area's total is not released", {"area_employment": None}, False),
        ("the area's median is not released", {"area_median": None}, False),
    ],
)
def test_oews_share_v1(why: str, instead: dict[str, Any], expected: bool) -> None:
    assert passes({**EDGE, **instead}) == [expected], why


def reference(row: dict[str, Any]) -> bool:
    """The rule as one reads it, in fractions of plain Python."""
    reached = row["p75"] if row["p75"] is not None else row["p75_at_least"]
    if None in (reached, row["employment"], row["job_zone"], row["area_employment"], row["area_median"]):
        return False
    supervisors = row["code"][:2] in {"33", "35", "37", "39", "41", "43", "45", "47", "49", "51", "53"} and row["code"][3] == "1"
    if row["code"].startswith(("11-", "35-3")) or supervisors or row["title"].endswith("All Other"):
        return False
    times = {2: 1.2, 3: 0.8, 4: 1.2}.get(row["job_zone"])
    if times is None or row["employment"] < 50:
        return False
    return bool(row["employment"] * 10_000 >= 6 * row["area_employment"] and reached * 10 >= round(times * 10) * row["area_median"])


maybe = st.none() | st.integers(0, 300_000)
ROWS = st.fixed_dictionaries(
    {
        "code": st.from_regex(r"(11|15|2[179]|3[1-9]|4[1-9]|5[13])-[1-9][0-9]{3}", fullmatch=True),
        "title": st.sampled_from(["Welders", "Sales Workers, All Other", "Allergists"]),
        "employment": st.none() | st.integers(40, 70),
        "p75": maybe,
        "p75_at_least": st.none() | st.just(239_200),
        "job_zone": st.none() | st.integers(1, 5),
        "area_employment": st.none() | st.integers(60_000, 120_000),
        "area_median": st.none() | st.integers(30_000, 250_000),
    }
)


@given(st.lists(ROWS, min_size=1, max_size=40))
def test_the_expression_is_the_rule(rows: list[dict[str, Any]]) -> None:
    assert passes(*rows) == [reference(row) for row in rows]


@given(ROWS, st.integers(0, 1000), st.integers(0, 100_000))
def test_more_jobs_and_better_pay_never_put_one_out(row: dict[str, Any], jobs: int, dollars: int) -> None:
    better = {**row, "employment": None if row["employment"] is None else row["employment"] + jobs}
    better["p75"] = None if row["p75"] is None else row["p75"] + dollars
    before, after = passes(row, better)
    assert after or not before


def test_a_definition_names_a_rule_or_a_boards_decision() -> None:
    assert set(RULE_NAMES) == {"oews_share_v1", "board_decision"}
    assert DECIDED not in RULES
