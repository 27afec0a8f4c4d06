"""A blank is neither yes nor no: every claim of a definition is two-valued, and there is one door from columns to claims."""

import ast
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from app.core.periods import Period
from app.outcomes.definitions import DEFINITIONS, FEDERAL, REASONS
from app.outcomes.federal import RESULTS, results
from app.outcomes.frame import LEARNERS, PERIODS, known
from app.outcomes.indicators import Counted, Indicator, placed
from app.outcomes.measures import MEASURES, Asked, indicators
from app.outcomes.rules import EVERYBODY
from app.states.policy import Policy
from tests.house.tree import ROOT, dotted
from tests.outcomes.rows import frame, learner, period

DEFINED = [Path("app/outcomes/measures.py"), Path("app/outcomes/rules.py"), Path("app/outcomes/programs.py")]
ASKED = Asked(Period.parse("quarter@2026-09-30"), date(2026, 10, 31), Policy())
WANTED = [*indicators(ASKED), *(i for program in RESULTS for i in results(program, ASKED))]


def tables(blank: bool) -> dict[Counted, nw.LazyFrame[Any]]:
    """Rows in which everything that may be blank is, or rows made up."""
    chance = Random(7)
    begun = date(2025, 3, 1)
    if blank:
        periods, learners = [{"entry": begun}, {"entry": begun}], [{"started_on": begun, "planned_end": begun}]
        periods[1] |= {"last": date(2025, 8, 1), "open_until": date(2025, 10, 30)}
        learners.append(learners[0] | {"ended_on": date(2025, 8, 1)})
    else:
        periods, learners = [period(chance) for _ in range(500)], [learner(chance) for _ in range(500)]
    return {
        Counted.PERIODS: known(nw.from_native(frame(periods, PERIODS)), ASKED.on),
        Counted.LEARNERS: nw.from_native(frame(learners, LEARNERS)),
    }


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("indicator", WANTED, ids=lambda indicator: indicator.key)
def test_claims_are_two_valued(indicator: Indicator, blank: bool) -> None:
    claims = {**indicator.left_out, "success": indicator.success, "nines": EVERYBODY if indicator.nines is None else indicator.nines}
    told = tables(blank)[indicator.counted].select(**claims).collect(backend="polars").to_native()
    assert set(told.dtypes) == {pl.Boolean}
    assert not any(told.null_count().row(0))
    everywhere = placed(tables(blank)[indicator.counted], [indicator]).collect(backend="polars").to_native()
    assert set(everywhere[indicator.key].unique()) <= set(indicator.places)


@pytest.mark.parametrize("defined", DEFINED, ids=str)
def test_there_is_one_door_from_columns_to_claims(defined: Path) -> None:
    """In the definitions, what is said of a column by its name is said inside `holds`, or is an amount."""
    module = ast.parse((ROOT / defined).read_text())
    inside = {
        id(part)
        for node in ast.walk(module)
        if (isinstance(node, ast.Call) and dotted(node.func) == "holds") or (isinstance(node, ast.keyword) and node.arg == "amount")
        for part in ast.walk(node)
    }  # fmt: skip
    shifts = {id(p) for f in ast.walk(module) if isinstance(f, ast.FunctionDef) and f.name == "_a_year_after" for p in ast.walk(f)}
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    bare = [node.lineno for node in calls if dotted(node.func) == "e" and id(node) not in inside | shifts]
    assert not bare, f"{defined}: say it with holds(), one_of() or given(), lines {bare}"
    assert not [node.lineno for node in calls if dotted(node.func) in ("nw.col", "nw.when", "nw.all_horizontal", "nw.any_horizontal")]


def test_everything_is_said_in_words() -> None:
    wanted = indicators(ASKED)
    assert {(i.name, i.population) for i in wanted} == DEFINITIONS.keys()
    assert {i.name for i in wanted} == MEASURES.keys()
    assert {i.name for program in RESULTS for i in results(program, ASKED)} == FEDERAL.keys()
    assert {reason for i in WANTED for reason in i.left_out} == REASONS.keys()
    for definition in (*DEFINITIONS.values(), *FEDERAL.values()):
        assert definition.version >= 1
        assert definition.says.endswith(".")
