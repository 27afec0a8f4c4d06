"""The programs of a federal record: who is in each. The formulas are those of the Department's own analysis code."""

from enum import StrEnum

import narwhals as nw

from app.outcomes.frame import one_of


class Program(StrEnum):
    """Whose result a federal figure is. A period that several programs served is in the result of each."""

    ADULT = "adult"
    DISLOCATED_WORKER = "dislocated_worker"
    YOUTH = "youth"
    WAGNER_PEYSER = "wagner_peyser"
    DWG = "dwg"
    STATEWIDE = "statewide"  # the four core programs together, each period once
    ANY = "any"  # whatever program served the period


def member(program: Program) -> nw.Expr:
    """Whether a program served the period. 4 of 903 to 905, and 2 of 918 and 932, are reportable individuals: not in it."""
    match program:
        case Program.ADULT:
            return one_of("903", 1, 2, 3)
        case Program.DISLOCATED_WORKER:
            return one_of("904", 1, 2, 3) | one_of("909", 1)  # reading `dw_909`
        case Program.YOUTH:
            return one_of("905", 1, 2, 3)
        case Program.WAGNER_PEYSER:
            return one_of("918", 1)
        case Program.DWG:
            return one_of("932", 1)
        case Program.STATEWIDE:
            return member(Program.ADULT) | member(Program.DISLOCATED_WORKER) | member(Program.YOUTH) | member(Program.WAGNER_PEYSER)
        case Program.ANY:
            return member(Program.STATEWIDE) | member(Program.DWG)


def youth_alone() -> nw.Expr:
    """Whether Youth served the period and no other program."""
    adults = member(Program.ADULT) | member(Program.DISLOCATED_WORKER) | member(Program.WAGNER_PEYSER) | member(Program.DWG)
    return member(Program.YOUTH) & ~adults
