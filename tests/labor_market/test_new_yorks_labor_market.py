"""New York's tables and its demonstration list, as they are committed: known figures, and what the rule does in numbers."""

import shutil
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from app.cli import build
from app.labor_market import designations, extract
from app.labor_market.codes import ALL_OCCUPATIONS, CodeSystem
from app.labor_market.extract import Extract
from app.labor_market.onet import ATTRIBUTION
from tests.house.tree import ROOT

FOLDER = ROOT / "regions/us-ny"
STATE, ALBANY = "3600000", "0010580"
ENTRY_LEVEL = {
    "29-2052": "pharmacy technicians", "31-1131": "nursing assistants", "29-2061": "practical nurses", "29-1141": "registered nurses",
    "31-9092": "medical assistants", "31-9097": "phlebotomists", "49-9021": "heating and air conditioning", "47-2111": "electricians",
    "53-3032": "truck drivers", "15-1232": "computer user support", "43-3031": "bookkeeping", "25-2011": "preschool teachers",
    "13-1082": "project management",
}  # fmt: skip


@cache
def tables() -> Extract:
    return extract.read(FOLDER / "labor_market")


@pytest.mark.parametrize(
    ("area", "code", "employment", "median"),
    [
        (STATE, "15-1252", 113_510, 166_180),
        (STATE, "29-1141", 205_810, 109_440),
        (ALBANY, ALL_OCCUPATIONS, 449_410, 58_460),
    ],
)
def test_figures_that_bls_printed(area: str, code: str, employment: int, median: int) -> None:
    """OEWS, May 2025."""
    row = tables().wages.row(by_predicate=(pl.col("area") == area) & (pl.col("code") == code), named=True)
    assert (row["employment"], row["median"]) == (employment, median)


def test_all_areas_of_new_york_are_there() -> None:
    assert Counter(tables().areas["kind"]) == {"state": 1, "metropolitan": 13, "nonmetropolitan": 3}
    assert tables().vintage == "May 2025"
    assert tables().sources["onet"].attribution == ATTRIBUTION


def test_what_was_not_released_is_no_number() -> None:
    wages = tables().wages
    statuses = {m: Counter(wages[f"{m}_status"]) for m in ("employment", "median", "p25", "p75")}
    assert statuses["employment"] == {"ok": 7198, "suppressed": 122}
    assert statuses["median"]["not_published"] == 17
    assert all(wages.filter(pl.col(f"{m}_status") != "ok")[m].null_count() == statuses[m].total() - statuses[m]["ok"] for m in statuses)


def test_official_areas_are_the_regions_of_the_system_of_oews_areas() -> None:
    [path] = (FOLDER / "editions/oews_area").glob("*.toml")
    official = set(pl.Series([line.split('"')[1] for line in path.read_text().splitlines() if line.startswith("official_code")]))
    assert official == set(tables().areas.filter(pl.col("kind") != "state")["area"])


@cache
def listed() -> list[designations.Designation]:
    return designations.read(FOLDER)[0]


def test_the_list_says_that_it_is_a_demonstration() -> None:
    about = designations.read_about(FOLDER)
    assert "It is not the list of the New York State Department of Labor" in about.note
    assert "used retroactively" in about.note
    assert all("Demonstration list" in one.source for one in listed())


def test_the_list_is_what_the_rule_makes_of_the_tables(tmp_path: Path) -> None:
    """From nothing the command writes the same bytes, and once more it changes nothing."""
    copy = Path(shutil.copytree(FOLDER, tmp_path / "us-ny"))
    [source] = {one.source for one in listed()}
    command = ["labor-market", "designate", str(copy), "--from", "2022-07-01", "--source", source]
    (copy / designations.LIST).unlink()
    ran = CliRunner().invoke(build(), command, catch_exceptions=False)
    assert ran.stdout == "1,541 designations begin on 2022-07-01: 211 occupations in 10 regions; 0 end, 0 stay.\n"
    assert (copy / designations.LIST).read_bytes() == (FOLDER / designations.LIST).read_bytes()
    ran = CliRunner().invoke(build(), command, catch_exceptions=False)
    assert ran.stdout.endswith("0 end, 1,541 stay.\n")


def test_the_next_list_ends_this_one_and_keeps_it(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(FOLDER, tmp_path / "us-ny"))
    command = ["labor-market", "designate", str(copy), "--from", "2027-07-01", "--source", "another"]
    ran = CliRunner().invoke(build(), command, catch_exceptions=False)
    assert ran.stdout.endswith("1,541 end, 0 stay.\n")
    after, _ = designations.read(copy)
    assert Counter((one.valid_from, one.valid_until) for one in after) == {
        (date(2022, 7, 1), date(2027, 7, 1)): 1541,
        (date(2027, 7, 1), None): 1541,
    }


def test_entry_level_jobs_of_health_trades_and_technology_are_in_demand_everywhere() -> None:
    regions = {one.region for one in listed()}
    where = {code: {one.region for one in listed() if one.code == code} for code in ENTRY_LEVEL}
    assert {code: sorted(regions - found) for code, found in where.items() if found != regions} == {}


def test_the_list_stays_selective() -> None:
    """What `rules.oews_share_v1` says of itself."""
    areas = {(one.region, area.area) for one in listed() for area in one.evidence}
    wages = tables().wages.filter(pl.col("employment").is_not_null() & (pl.col("code") != ALL_OCCUPATIONS))
    figures = {region: set(wages.filter(pl.col("area").is_in([a for r, a in areas if r == region]))["code"]) for region, _ in areas}
    jobs = Counter(one.region for one in listed())
    shares = {region: round(100 * jobs[region] / len(figures[region])) for region in jobs}
    assert (len({one.code for one in listed()}), len(set.union(*figures.values()))) == (211, 762)
    assert (min(jobs.values()), max(jobs.values()), round(jobs.total() / 10)) == (125, 179, 154)
    assert round(sum(map(len, figures.values())) / 10) == 597
    assert (min(shares.values()), max(shares.values())) == (18, 36)
    assert not {one.code for one in listed()} & {"47-2231", "39-9011", "35-3031", "35-3011", "41-2031"}


def test_every_designation_is_of_a_known_occupation_and_borne_out() -> None:
    known = set(tables().occupations.select("system", "code").rows())
    assert {(one.system, one.code) for one in listed()} <= known
    assert all(one.evidence for one in listed())
    assert {one.system for one in listed()} == {CodeSystem.SOC_2018, CodeSystem.OEWS_2019}
