"""The demonstration's regional table equals, cell by cell, what `regional_reference` finds in the facts by plain counting; and what that
finds of each person is what the generator meant."""

import ast
import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from app.core.actor import Actor
from app.core.embedded import Server
from app.core.periods import Period
from app.core.settings import Settings
from app.demo.course import Asked
from app.demo.figures import PERIOD, SYSTEM, computed
from app.demo.kept import Kept
from app.demo.loading import lots
from app.demo.world import read
from app.outcomes import queries
from app.outcomes.files import write_csv
from app.outcomes.queries import Question, Store
from tests.conftest import MIGRATED, TestDatabase, copied
from tests.demo.conftest import over
from tests.house.tree import ROOT
from tests.spec import regional_reference
from tests.spec.regional_reference import AS_OF, REPORTS, Facts, Unit, table

ASKED = Asked(2_500, 36)
REGIONS, CAREER_PATHS = ROOT / "regions/us-ny", ROOT / "career_paths/us-ny"
OTHERS = {"unknown": "Region unknown", "out_of_state": "Out of state", "us-ny": "New York"}

Row = dict[str, Any]


def test_the_reference_does_not_know_what_it_judges() -> None:
    tree = ast.parse(Path(regional_reference.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections", "collections.abc", "csv", "dataclasses", "datetime", "decimal", "fractions", "pathlib",
                        "pyarrow.parquet", "tomllib", "typing"}  # fmt: skip


async def test_the_exported_table_equals_the_reference(server: Server, worker_id: str, settings: Settings, tmp_path: Path) -> None:
    with copied(server, MIGRATED, f"{worker_id}_reference") as name:
        database = TestDatabase(server, name)
        ready = await over(database, settings, tmp_path).run(ASKED)
        for period in REPORTS:
            await export(database, ready.by, tmp_path, period)
        await database.close()
    facts = Facts(tmp_path / "population", REGIONS, CAREER_PATHS)
    statuses: Counter[str] = Counter()
    for period in REPORTS:
        with (tmp_path / f"{period}.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        found = {(row["region"], row["population"], row["indicator"]): row for row in rows}
        expected = printed(facts, period)
        assert len(rows) == len(found) == len(expected) == 13 * 2 * 9
        differing = {key: (found.get(key), row) for key, row in expected.items() if found.get(key) != row}
        assert not differing
        statuses.update(row["status"] for row in rows)
    assert statuses.keys() == {"ok", "not_reported", "not_applicable"}


async def export(database: TestDatabase, by: Actor, folder: Path, period: str) -> None:
    """Write a report's table; that of the demonstration as it does itself."""
    if Period.parse(period) == PERIOD:
        exported, _ = await computed(database, by=by, data_folder=folder)
    else:
        question = Question(Period.parse(period), SYSTEM, AS_OF)
        async with database.reading(by) as read:
            exported = await queries.outcomes(read, by=by, store=Store(database, folder / "extracts"), question=question)
    write_csv(exported, folder / f"{period}.csv")


def printed(facts: Facts, period: str) -> dict[tuple[str, str, str], Row]:
    """The reference's figures with everything that stands beside them in a row of the file."""
    names, cohorts = facts.names | OTHERS, REPORTS[period].cohorts
    return {
        (region, population, indicator): {
            "state": "us-ny",
            "region_system": "state" if region == "us-ny" else "labor_market_region",
            "region": region,
            "region_name": names[region],
            "population": population,
            "indicator": indicator,
            "period": period,
            "cohort_from": str(cohorts[indicator][0]),
            "cohort_until": str(cohorts[indicator][1]),
            "numerator": "" if cell.numerator is None else str(cell.numerator),
            "denominator": "" if cell.denominator is None else str(cell.denominator),
            "value": cell.value,
            "status": cell.status,
            "disclosure": "internal",
        }
        for (region, population, indicator), cell in table(facts, REPORTS[period]).items()
    }


# Person by person: what was meant.


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the demonstration keeps, without a database."""
    folder = tmp_path_factory.mktemp("reference") / "population"
    with Kept(folder) as kept:
        for lot in lots(read(REGIONS, CAREER_PATHS), ASKED.participants, ASKED.seed):
            kept.add(lot.make())
    return folder


@pytest.fixture(scope="module")
def facts(population: Path) -> Facts:
    return Facts(population, REGIONS, CAREER_PATHS)


def meant(population: Path, name: str) -> list[Row]:
    rows: list[Row] = pyarrow.parquet.read_table(population / "truth" / f"{name}.parquet").to_pylist()
    return rows


def paired(facts: Facts, population: Path) -> Iterator[tuple[Row, regional_reference.Period, Unit]]:
    """Each period that was meant with the one that was found, once as a walk through the calendar left it, once as it is counted."""
    units = {(unit.person, unit.first): unit for unit in facts.of_periods()}
    periods = {(person, period.entry): period for person, periods in facts.periods.items() for period in periods}
    told = meant(population, "periods")
    assert len(told) == len(periods)
    for row in told:
        key = (row["partner"], row["reference"]), row["entry"]
        yield row, periods[key], units[key]


def test_periods_and_exits(facts: Facts, population: Path) -> None:
    for row, period, unit in paired(facts, population):
        assert (period.last, period.exit) == (row["last_service"] or AS_OF, row["exit"]), row
        assert unit.excused is (row["reason"] not in (None, "ineligible")), row


def test_evidence_of_work(facts: Facts, population: Path) -> None:
    for row, _, unit in paired(facts, population):
        for n in (1, 2, 3, 4):
            if row["exit"] is None:
                continue
            quarter = after(row["exit"], n)
            assert facts.employed(unit.person, quarter) is bool(row[f"employed_q{n}"]), (row, quarter)
            if n in (2, 4):
                assert facts.cents(unit.person, quarter) == (row[f"wages_q{n}"] or 0), (row, quarter)


def after(day: date, n: int) -> str:
    """The nth quarter after that of a day."""
    year, quarter = day.year, (day.month + 2) // 3
    for _ in range(n):
        year, quarter = (year + 1, 1) if quarter == 4 else (year, quarter + 1)
    return f"{year}Q{quarter}"


def test_credentials(facts: Facts, population: Path) -> None:
    for row, _, unit in paired(facts, population):
        assert (unit.schooled, unit.credentialed) == (row["credential_cohort"], row["credential"]), row


def test_completions_and_withdrawals(facts: Facts, population: Path) -> None:
    found = {(unit.person, unit.first, unit.planned_end, unit.last, unit.completed_on == unit.last) for unit in facts.of_enrollments()}
    told = meant(population, "enrollments")
    assert len(told) == len(found)
    assert found == {
        ((row["person_partner"], row["person"]), row["started_on"], row["planned_end"], row["ended_on"], row["completed"]) for row in told
    }


def test_regions(facts: Facts, population: Path) -> None:
    for row in meant(population, "people"):
        assert facts.region((row["partner"], row["reference"])) == (row["region"] or "out_of_state")


def test_every_edge_of_the_rules_is_met(population: Path) -> None:
    met = {edge for row in meant(population, "people") for edge in row["edges"].split("|")}
    assert met >= {
        "back_on_day_89", "back_on_day_90", "back_on_day_91", "back_later", "bridged_late", "extended_late", "gap_kept", "gap_missed",
        "gap_open", "no_ssn", "out_of_state", "exit_institutionalized", "exit_health_medical", "exit_deceased",
        "exit_reserve_called_to_duty", "exit_foster_care", "exit_ineligible", "exit_criminal_offender",
    }  # fmt: skip
