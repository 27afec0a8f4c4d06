"""What the pages say of outcomes is what the code does."""

import re

from app.outcomes.measures import MEASURES
from app.outcomes.table import Status
from app.states.policy import Policy
from tests.house.tree import ROOT, modules

OUTCOMES = (ROOT / "docs/outcomes.md").read_text()
READINGS = (ROOT / "docs/readings.md").read_text()


def test_every_indicator_and_status_is_explained() -> None:
    assert not [name for name in MEASURES if f"`{name}`" not in OUTCOMES]
    assert not [status for status in Status if f"`{status}`" not in OUTCOMES]


def test_every_reading_that_the_code_names_is_listed() -> None:
    named = {word for path in modules("app") for word in re.findall(r"[Rr]eading `([a-z0-9_]+)`", (ROOT / path).read_text())}
    assert named
    assert not {word for word in named if f"| `{word}` |" not in READINGS}


def test_the_states_choices_are_listed_with_their_defaults() -> None:
    for name in ("common_exit", "gap_grace", "completion_grace", "occupation_coverage"):
        assert hasattr(Policy(), name)
        assert f"| `{name}` |" in READINGS
