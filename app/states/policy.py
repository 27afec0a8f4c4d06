"""What a state may choose. Each choice is a named setting with the default that the federal rules or practice suggest."""

from dataclasses import dataclass, fields
from typing import Any, Literal

PROGRAMS = ("adult", "dislocated_worker", "youth", "wagner_peyser", "dwg")


@dataclass(frozen=True)
class Policy:
    """A state's choices on one day. Sources: T17-01 = TEGL 10-16 Change 3; FERPA = TEGL 7-16."""

    suppression_threshold: int = 10  # smallest group published; FERPA guidance p. 52: states use 3 to 30, most 10
    common_exit: Literal["on", "off"] = "on"  # 20 CFR 677.150(c)(3): a state's option
    common_exit_programs: tuple[str, ...] = ("adult", "dislocated_worker", "youth", "wagner_peyser")
    gap_grace: int = 0  # days that a planned service which does not come still holds the period open
    completion_grace: int = 90  # days after the planned end before an enrollment joins the completion cohort
    occupation_coverage: float = 0.5  # share of placements whose occupation must be known before the indicator is a number

    def chosen(self) -> dict[str, Any]:
        """What differs from the defaults; a receipt names each."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


FLOOR = 3  # no setting publishes groups smaller than this (UI wage aggregates, SWIS agreement)
