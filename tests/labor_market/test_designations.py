"""Lists of in-demand jobs: made by a rule, written, read strictly."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from app.labor_market import designations
from app.labor_market.designations import Designation, Evidence, NotDesignations
from app.labor_market.extract import Extract
from app.labor_market.figures import MEASURES, status_column
from app.labor_market.sources import Source

ABOUT = Source("A list", "The board", "Public domain", "May 2025", note="For tests.")
SINCE = date(2026, 7, 1)


def extract(*figures: tuple[str, str, int | None, int | None]) -> Extract:
    """An extract with the areas A, B and C, of 100,000 jobs and a median of 50,000 dollars each; `figures`: area, code, jobs, p75."""
    areas = ("0000001", "0000002", "0000003")
    totals = [(area, "00-0000", 100_000, 70_000, 50_000) for area in areas]
    wages = pl.DataFrame(
        [*totals, *((*figure, 45_000) for figure in figures)],
        schema={"area": pl.String, "code": pl.String, "employment": pl.Int64, "p75": pl.Int64, "median": pl.Int64},
        orient="row",
    ).with_columns(p25=pl.lit(30_000, pl.Int64))
    statuses = (pl.when(pl.col(m).is_null()).then(pl.lit("suppressed")).otherwise(pl.lit("ok")).alias(status_column(m)) for m in MEASURES)
    occupations = [("oews_2019", "29-2010"), ("soc_2018", "29-1141"), ("soc_2018", "29-2052"), ("onet_soc_2019", "29-2052.00")]
    nothing = pl.DataFrame()
    return Extract(
        areas=pl.DataFrame([(area, f"Area {area[-1]}", "metropolitan") for area in areas], schema=["area", "title", "kind"], orient="row"),
        wages=wages.with_columns(statuses),
        occupations=pl.DataFrame(
            [(*one, one[1], 3, None) for one in occupations],
            schema={"system": pl.String, "code": pl.String, "title": pl.String, "job_zone": pl.Int64, "description": pl.String},
            orient="row",
        ),
        members=nothing,
        reported_titles=nothing,
        related=nothing,
        skills=nothing,
        skill_ratings=nothing,
        top_code=239_200,
        sources={},
    )


def test_a_region_lists_what_is_in_demand_in_any_area_that_it_touches_and_says_in_which() -> None:
    found = extract(
        ("0000001", "29-2052", 500, 41_250),
        ("0000002", "29-2052", 900, 39_000),  # pays too little there
        ("0000003", "29-2052", 75, 44_000),
        ("0000002", "29-2010", 400, 60_000),
        ("0000003", "29-1141", None, 90_000),  # not released
    )
    touches = [("west", "0000001"), ("west", "0000002"), ("west", "0000003"), ("east", "0000002"), ("none", "0000009")]
    made = designations.designate(found, touches, rule="oews_share_v1", region_system="r", valid_from=SINCE, source="s")
    rule = (SINCE, "oews_share_v1", "s")
    in_two = (Evidence("0000001", 500, 0.5, 41_250, 0.825, 3), Evidence("0000003", 75, 0.075, 44_000, 0.88, 3))
    clinical = (Evidence("0000002", 400, 0.4, 60_000, 1.2, 3),)
    assert made == [
        Designation("r", "east", "oews_2019", "29-2010", *rule, clinical),
        Designation("r", "west", "oews_2019", "29-2010", *rule, clinical),
        Designation("r", "west", "soc_2018", "29-2052", *rule, in_two),
    ]


def test_there_is_no_rule_but_the_named_ones() -> None:
    with pytest.raises(KeyError):
        designations.designate(extract(), [], rule="board_decision", region_system="r", valid_from=SINCE, source="s")


AREA = Evidence("0000001", 500, 0.5, 41_250, 0.825, 3)
RULED = Designation("r", "west", "soc_2018", "29-2052", SINCE, "oews_share_v1", "computed", (AREA, Evidence("0000002", 80, 0.08)), None)
DECIDED = Designation("r", "west", "onet_soc_2019", "15-1299.08", date(2025, 1, 1), "board_decision", "minutes, item 4", (), SINCE)
LISTED = [DECIDED, RULED, replace(DECIDED, region="east", valid_until=None)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    designations.write(LISTED, ABOUT, tmp_path)
    return tmp_path


def test_reading_and_writing_are_each_others_inverse(folder: Path) -> None:
    read, about = designations.read(folder)
    assert read == designations.in_order(LISTED)
    assert about == ABOUT
    before = (folder / designations.LIST).read_bytes()
    designations.write(reversed(read), about, folder)
    assert (folder / designations.LIST).read_bytes() == before
    assert before.decode().splitlines()[1] == 'r,east,onet_soc_2019,15-1299.08,2025-01-01,,board_decision,,,,,,,"minutes, item 4"'


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ("0000001,500,0.5,", "0000001,five hundred,0.5,", (4, "employment"), "not a whole number"),
        ("0000001,500,0.5,", "0000001,-500,0.5,", (4, "employment"), "negative"),
        ("0000001,500,0.5,", "0000001,500,100.5,", (4, "share_percent"), "no share"),
        ("0000001,500,0.5,", "0000001,,0.5,", (4, "employment"), "belongs to"),
        ("0000001,500,0.5,", "1,500,0.5,", (4, "area"), "seven digits"),
        ("0000001,500,0.5,", ",500,0.5,", (4, "area"), "needs to be given"),
        ("0000001,500,0.5,", ",500,0.5,", (4, "employment"), "of no area"),
        ("0000001,500,0.5,", "0000002,500,0.5,", (5, "area"), "stands twice"),
        (",0.825,3,", ",0.825,6,", (4, "job_zone"), "Job Zone"),
        ("25-01-01,2026-07-01,", "25-01-01,2025-01-01,", (3, "valid_until"), "not after"),
        ("25-01-01,2026-07-01,", "25-01-01,1 July 2026,", (3, "valid_until"), "not a date"),
        ("25-01-01,2026-07-01,board_decision", "25-01-01,2026-07-01,oews_share_v1", (3, "area"), "needs to be given"),
        ("25-01-01,2026-07-01,board_decision", "25-01-01,2026-07-01,custom", (3, "rule"), "no rule"),
        ("0.08,,,,computed", "0.08,,,,found", (4, "source"), "differs"),
        ("west,onet_soc_2019,15-1299.08", "west,soc_2018,15-1299.08", (3, "code"), "no code of its system"),
        ("west,onet_soc_2019,15-1299.08", "west,,15-1299.08", (3, "system"), "blank"),
        ("west,onet_soc_2019,15-1299.08,2025-01", "east,onet_soc_2019,15-1299.08,2025-06", (3, "valid_from"), "before the designation"),
        ("region_system,region,", "system,region,", (1, ""), "columns"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_line_and_column(folder: Path, old: str, new: str, place: tuple[int, str], why: str) -> None:
    text = (folder / designations.LIST).read_text()
    assert text.count(old) == 1
    (folder / designations.LIST).write_text(text.replace(old, new))
    with pytest.raises(NotDesignations) as refused:
        designations.read(folder)
    line, column = place
    pointer = f"in_demand_jobs.csv#{column}" if column else "in_demand_jobs.csv"
    assert [v for v in refused.value.violations if (v.line, v.pointer) == (line, pointer) and why in v.detail], refused.value.violations


def test_a_list_says_what_it_is(folder: Path) -> None:
    (folder / designations.ABOUT).write_text('title = "A list"\npublisher = 7\nnotes = "x"\n')
    with pytest.raises(NotDesignations) as refused:
        designations.read(folder)
    assert sorted((v.pointer, v.code) for v in refused.value.violations) == [
        ("in_demand_jobs.toml#license", "missing"),
        ("in_demand_jobs.toml#notes", "unknown_key"),
        ("in_demand_jobs.toml#publisher", "type"),
        ("in_demand_jobs.toml#vintage", "missing"),
    ]
    (folder / designations.ABOUT).unlink()
    with pytest.raises(NotDesignations, match="mistakes"):
        designations.read(folder)
    with pytest.raises(NotDesignations, match="what it is not"):
        designations.read_about(folder)
