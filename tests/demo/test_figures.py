"""What a visitor sees: the table, its files, the story with requests that answer, the keys."""

import re
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from pathlib import Path
from statistics import median

import polars as pl
import pytest
from httpx import ASGITransport, AsyncClient, Response
from rich.console import Console

from app.core.clock import clock_for
from app.demo import story
from app.demo.figures import FILES, PERIOD, Shapes, computed, written
from app.demo.printing import SHORT, WIDE, show_address, show_keys, show_story, show_table
from app.demo.shares import AS_OF
from app.demo.telling import NOTICES, TITLE, Asking, Chapter, chapters, figure, her
from app.demo.visitors import VISITORS
from app.main import create_app
from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.indicators import Population
from app.outcomes.table import Table
from tests.demo.conftest import Demonstration, Ran

WIOA = Population.WIOA_PARTICIPANTS
URL = "http://127.0.0.1:8000"
Figures = tuple[Internal[Table], Shapes]


@pytest.fixture(scope="session")
async def figures(ran: Ran) -> Figures:
    demonstration, ready = ran
    return await computed(demonstration.database, by=ready.by, data_folder=demonstration.folder)


@pytest.fixture
async def told(ran: Ran, figures: Figures) -> list[Chapter]:
    demonstration, ready = ran
    async with demonstration.database.reading(ready.by) as read:
        she = await her(read, by=ready.by)
    return chapters(she, ready.world, figures[0], Asking(URL, ready.keys))


# Figures that follow from what was meant. The reasons that leave a period out (PIRL 923) hold for every program here.

COUNTS_STILL = "ineligible"  # of vocational rehabilitation alone


def exited(demonstration: Demonstration, quarter: int) -> pl.DataFrame:
    """The periods whose exit is known and in a quarter, with the region where the person lives."""
    lives = demonstration.kept("truth/people").select("partner", "reference", "region")
    at = pl.col("exit").dt.year().cast(pl.Int32) * 4 + pl.col("exit").dt.quarter() - 1
    return demonstration.kept("truth/periods").filter(at == quarter).join(lives, on=["partner", "reference"])


def by_region(periods: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (region,), rows in periods.with_columns(pl.col("region").fill_null("out_of_state")).group_by("region"):
        yield str(region), rows
    yield "us-ny", periods


@pytest.mark.parametrize(("n", "indicator"), [(2, "employment_rate_q2"), (4, "employment_rate_q4")])
async def test_employment_rates_are_those_that_were_meant(ran: Ran, figures: Figures, n: int, indicator: str) -> None:
    periods = exited(ran[0], PERIOD.quarter - 2 - n).filter(pl.col("reason").is_null() | (pl.col("reason") == COUNTS_STILL))
    assert periods.height
    for region, rows in by_region(periods):
        found = figures[0].content.figure(region, WIOA, indicator)
        assert found is not None
        assert (found.numerator, found.denominator) == (rows.get_column(f"employed_q{n}").sum(), rows.height), region


async def test_counts_and_medians_are_those_that_were_meant(ran: Ran, figures: Figures) -> None:
    table = figures[0].content
    for region, rows in by_region(exited(ran[0], PERIOD.quarter - 1)):
        found = table.figure(region, WIOA, "participants_exited")
        assert found is not None
        assert found.value == rows.height, region
    counted = exited(ran[0], PERIOD.quarter - 4).filter(pl.col("reason").is_null() | (pl.col("reason") == COUNTS_STILL), "employed_q2")
    for region, rows in by_region(counted):
        found = table.figure(region, WIOA, "median_earnings_q2")
        wages = rows.get_column("wages_q2").drop_nulls().to_list()
        assert found is not None
        assert found.value == (Fraction(median(wages)) if wages else None), region


async def test_the_files_are_written_and_say_whom_they_are_for(figures: Figures, tmp_path: Path) -> None:
    heard: list[str] = []
    paths = await written(*figures, tmp_path / "exports", heard.append)
    assert len(paths) == FILES
    assert heard == [path.name for path in paths]
    assert {path.suffix for path in paths} == {".csv", ".xlsx", ".parquet", ".geojson", ".gpkg", ".svg", ".png"}
    assert all(path.stat().st_size > 1000 for path in paths)
    tidy = pl.read_csv(tmp_path / "exports" / "ny-outcomes.csv")
    assert tidy.height == 13 * 2 * 9  # ten regions, those without one, out of state, the state; two populations; nine indicators
    assert set(tidy.get_column("disclosure")) == {"internal"}
    for picture in ("svg", "geojson"):
        assert "internal" in (tmp_path / "exports" / f"ny-outcomes.{picture}").read_text().lower()


def printed(*, width: int = WIDE) -> Console:
    return Console(file=StringIO(), width=width, highlight=False)


def lines(on: Console) -> str:
    assert isinstance(on.file, StringIO)
    return on.file.getvalue()


def test_the_table_is_printed_with_cohorts_and_both_populations_apart(figures: Figures, ran: Ran) -> None:
    on = printed()
    show_table(on, figures[0])
    text = lines(on)
    learners, participants = re.split(r"^ *WIOA participants *$", text, maxsplit=1, flags=re.MULTILINE)
    for part in (learners, participants):
        assert all(name in part for name in ran[1].world.regions.values())
        assert all(head in part for head in SHORT.values())
        assert all(quarter in part for quarter in ("2026 Q3", "2026 Q2", "2025 Q3", "2025 Q1"))
    assert "All learners" in learners
    assert NOTICE in text
    assert "Occupation known for" in text
    assert "Region unknown" not in text  # nobody's region is unknown here


def test_the_table_fits_a_narrow_terminal(figures: Figures) -> None:
    on = printed(width=80)
    show_table(on, figures[0])
    assert max(map(len, lines(on).splitlines())) <= 80


def test_the_story_and_the_keys_are_printed_whole(told: list[Chapter], ran: Ran) -> None:
    on = printed(width=80)
    show_story(on, TITLE, told)
    show_address(on, URL, served=False)
    show_keys(on, ran[1].keys)
    text = lines(on)
    assert f"{URL}/docs" in text
    assert "--no-serve" in text
    assert all(command in text for chapter in told for command in chapter.shown_by)  # no line is broken where one copies it
    assert all(key in text for key in ran[1].keys.values())
    assert all(visitor.who in text for visitor in VISITORS)


CURL = re.compile(r"curl -s -H '(?P<name>Authorization): (?P<value>Bearer \S+)' 'http://127\.0\.0\.1:8000(?P<path>/v1/\S+)'")


@pytest.fixture
async def answers(ran: Ran, told: list[Chapter]) -> list[Response]:
    """What the served API answers to every command of the story, in order."""
    demonstration, _ = ran
    app = create_app(demonstration.settings, database_url=demonstration.database.url, clock=clock_for(AS_OF))
    found = []
    async with app.router.lifespan_context(app), AsyncClient(transport=ASGITransport(app), base_url=URL) as client:
        for command in (command for chapter in told for command in chapter.shown_by if command != NOTICES):
            asked = CURL.fullmatch(command)
            assert asked, command
            found.append(await client.get(asked["path"], headers={asked["name"]: asked["value"]}))
    return found


async def test_every_command_of_the_story_shows_what_it_says(ran: Ran, figures: Figures, answers: list[Response]) -> None:
    world = ran[1].world
    noticed, located, timeline, path, enrollment, in_demand, participation, records, table, refused, receipt, early = answers
    [notice] = noticed.json()["items"]
    assert (notice["employer"], notice["notice_date"], notice["affected"]) == (story.NOTICE.employer, "2025-01-30", story.NOTICE.affected)
    assert located.json()["systems"]["labor_market_region"]["region"] == story.REGION
    assert {"registration", "service"} <= {entry["what"] for entry in timeline.json()["items"]}
    assert path.json()["title"] == "Pharmacy technician"
    assert (enrollment.json()["status"], enrollment.json()["ended_on"]) == ("completed", str(story.finished(world)))
    assert "29-2052" in in_demand.text
    assert participation.json()["exit"] == str(story.exited(world))
    assert {"2026Q1": "9741.20"}.items() <= {record["quarter"]: record["wages"] for record in records.json()["items"]}.items()
    cell = figure(figures[0])
    one = {"region": story.REGION, "population": "wioa_participants", "indicator": "employment_rate_q2"}
    [served] = [item for item in table.json()["items"] if one.items() <= item.items()]
    assert (served["numerator"], served["denominator"]) == (cell.numerator, cell.denominator)
    assert refused.status_code == 403
    assert "releases" in refused.json()["detail"]
    assert receipt.json()["figure"] == served
    assert receipt.json()["cohort"] == "2025 Q3"
    assert (early.json()["figure"]["status"], early.json()["figure"]["value"]) == ("not_yet_available", None)
    assert all(answer.status_code == 200 for answer in answers if answer is not refused)
