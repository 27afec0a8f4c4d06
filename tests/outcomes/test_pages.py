"""What the pages say of outcomes is what the code does."""

import re
from datetime import date

from app.core.periods import Period
from app.outcomes.federal import RESULTS, results
from app.outcomes.flat import ELEMENTS
from app.outcomes.groups import BY
from app.outcomes.individuals import COUNTED_ONCE
from app.outcomes.measures import MEASURES
from app.outcomes.rules import Asked
from app.outcomes.table import Status
from app.states.policy import READINGS as CHOSEN
from app.states.policy import Policy
from tests.house.tree import ROOT, modules

OUTCOMES = (ROOT / "docs/outcomes.md").read_text()
READINGS = (ROOT / "docs/readings.md").read_text()
COMPUTE = (ROOT / "docs/compute.md").read_text()


def test_every_indicator_and_status_is_explained() -> None:
    assert not [name for name in MEASURES if f"`{name}`" not in OUTCOMES]
    assert not [status for status in Status if f"`{status}`" not in OUTCOMES]


def test_every_reading_that_the_code_names_is_listed() -> None:
    named = {word for path in modules("app") for word in re.findall(r"[Rr]eading `([a-z0-9_]+)`", (ROOT / path).read_text())}
    assert named
    assert not {word for word in named if f"| `{word}` |" not in READINGS}


def test_the_states_choices_are_listed_with_their_defaults() -> None:
    for name in (*CHOSEN, "completion_grace", "occupation_coverage"):
        assert hasattr(Policy(), name)
        assert f"| `{name}` |" in READINGS


def test_what_is_computed_of_a_file_is_explained_with_the_closed_list_of_reasons() -> None:
    asked = Asked(Period.parse("quarter@2025-06-30"), date(2025, 6, 30), Policy())
    indicators = [indicator for program in RESULTS for indicator in results(program, asked)]
    said = re.findall(r"^\| `(\w+)` \|", COMPUTE.partition("## Row by row")[2], re.MULTILINE)
    assert set(said) == {reason for indicator in indicators for reason in indicator.left_out} | {COUNTED_ONCE}
    assert len(said) == len(set(said))
    assert not [name for name in (*BY, *RESULTS, *(i.name for i in indicators)) if f"`{name}`" not in COMPUTE]
    assert set(ELEMENTS) >= {"100", "102", "108-A", "900", "901"}
