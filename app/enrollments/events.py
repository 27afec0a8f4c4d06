"""A bare list of services, as any system can write it, and the periods of participation that follow from it: without a database.

A file has the columns `person`, `program`, `type`, `date`, `end`; others are not read. Every type says what it does to a participation
and which sentence of the rules says so. What follows is what `periods` makes of it: the function that derives the store's own.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np
import polars as pl

from app.core.errors import Invalid, Violation
from app.core.tabular import Malformed, read_csv
from app.enrollments.periods import PLANNED, SERVICES, exits, periods
from app.enrollments.rules import placed
from app.states.policy import PROGRAMS, Policy

COLUMNS = ("person", "program", "type", "date", "end")
MAY_SHARE = (*PROGRAMS, "job_corps", "native_american", "nfjp", "youthbuild", "scsep", "taa", "jvsg", "reo")
"""The programs that a state may name for its common exit (TEGL 10-16 Change 3)."""

KNOWN = (*MAY_SHARE, "h1b")
"""The programs whose services a list may hold. H-1B grants never share an exit."""

OLDEST = date(1998, 8, 7)  # the Workforce Investment Act: nothing that exits as these programs do was given before
TOLD = 100  # mistakes that are told one by one; the others are counted


class Effect(StrEnum):
    """What an event does to a participation."""

    REPORTABLE = "neither starts nor extends: alone it makes a reportable individual"
    SERVES = "starts and extends"
    NEITHER = "neither starts nor extends"
    PLANS = "starts nothing, holds open until its end"


@dataclass(frozen=True)
class Type:
    """A type of event: its effect, the sentence of the rules that says so, and whether it runs until an end is recorded."""

    effect: Effect
    citation: str
    runs: bool = False


_NO = "TEGL 10-16 Change 3, Attachment VII, Table A: no; 20 CFR 677.150(c)(1)"
_YES = "TEGL 10-16 Change 3, Attachment VII, Table A: yes"

TYPES = {
    "eligibility_determination": Type(Effect.REPORTABLE, _NO),
    "intake_orientation": Type(Effect.REPORTABLE, _NO),
    "labor_market_information": Type(Effect.REPORTABLE, _NO),
    "provider_information": Type(Effect.REPORTABLE, _NO),
    "self_service": Type(Effect.REPORTABLE, _NO),
    "incumbent_worker_training": Type(Effect.REPORTABLE, "TEGL 10-16 Change 3, Attachment VII, Table A: no; Attachment VIII"),
    "staff_job_search": Type(Effect.SERVES, _YES),
    "initial_assessment": Type(Effect.SERVES, _YES),
    "career_guidance": Type(Effect.SERVES, _YES),
    "referral": Type(Effect.SERVES, _YES),
    "ui_claim_assistance": Type(Effect.SERVES, _YES),
    "financial_aid_assistance": Type(Effect.SERVES, _YES),
    "assessment_comprehensive": Type(Effect.SERVES, _YES),
    "employment_plan": Type(Effect.SERVES, _YES),
    "counseling": Type(Effect.SERVES, _YES),
    "work_experience": Type(Effect.SERVES, _YES),
    "prevocational": Type(Effect.SERVES, _YES),
    "financial_literacy": Type(Effect.SERVES, _YES),
    "esl": Type(Effect.SERVES, _YES),
    "training": Type(Effect.SERVES, f"{_YES}, training under 29 USC 3174(c)(3)(D)", runs=True),
    "youth_element": Type(Effect.SERVES, "TEGL 10-16 Change 3, Attachment VII, Table B: yes"),
    "supportive": Type(Effect.NEITHER, "TEGL 10-16 Change 3, Attachment VII, Table A, and note 13"),
    "follow_up": Type(Effect.NEITHER, "TEGL 10-16 Change 3, Attachment VII, Tables A and B: no; 20 CFR 677.150(c)(1)"),
    "rapid_response": Type(Effect.NEITHER, "TEGL 10-16 Change 3, Attachment VII, Table A"),
    "planned_gap": Type(Effect.PLANS, "20 CFR 677.150(c)(1)(i): no future services are planned"),
}
"""The closed list of types. Who is served as youth is taken to be eligible, assessed and to have a service strategy."""

_SERVES, _PLANS = ([key for key, kind in TYPES.items() if kind.effect is effect] for effect in (Effect.SERVES, Effect.PLANS))
_RUNS = [key for key, kind in TYPES.items() if kind.runs]
_TYPED: dict[str, pl.DataType | type[pl.DataType]] = {
    "person": pl.String,
    "program": pl.Enum(KNOWN),
    "type": pl.Enum(list(TYPES)),
    "date": pl.Date,
    "end": pl.Date,
}


class NotEvents(Invalid):
    """A file is no list of events: `violations` names the first lines at fault, each with its field and reason."""

    slug, title = "not-events", "This is no list of services"


@dataclass(frozen=True)
class Derived:
    """The periods known on a day, and how many events are dated after it: they are not known then.

    `periods`: person, programs (sorted), entry, exit, last_service; sorted by person, entry and programs.
    """

    periods: pl.DataFrame
    unknown_yet: int


def derive(events: pl.DataFrame, policy: Policy, on: date) -> Derived:
    """The periods of participation as they are known on a day, out of events as `read` gives them.

    An event is known from its `date` on: a service from the day on which it is given, a planned gap from the day on which it is
    documented. What is known of its end is known with it. `last_service` is blank while a service runs that has no end, and lies after
    the day where a service has one that is still to come. `exit` is blank while the period is open (20 CFR 677.150(c)).
    """
    known = events.filter(pl.col("date") <= on)
    count = known.filter(pl.col("type").is_in([*_SERVES, *_PLANS])).with_columns(pl.col("program", "type").cast(pl.String))
    people = count["person"].unique().sort()
    numbers = pl.DataFrame({"person": people, "number": pl.int_range(people.len(), eager=True)})
    facts = count.join(numbers, on="person").with_columns(person="number")
    until = pl.when(pl.col("type").is_in(_RUNS)).then("end").otherwise(pl.col("end").fill_null(pl.col("date")))
    services = facts.filter(pl.col("type").is_in(_SERVES)).with_columns(begins=pl.lit(value=True), end=until).select(*SERVICES)
    planned = facts.filter(pl.col("type").is_in(_PLANS)).select(*PLANNED)
    found = periods(services.lazy(), planned.lazy(), policy).with_columns(exits(pl, on)).with_row_index("period").collect()
    told = found.join(_served(placed(services, found, policy)), on="period").sort("person", "entry", "track")
    columns = {"programs": "programs", "entry": "entry", "exit": "exit", "last_service": "last"}
    return Derived(told.select(people.gather(told["person"]), **columns), events.height - known.height)


def _served(placed_services: pl.DataFrame) -> pl.DataFrame:
    """The programs of each period: of a million lists there are few that differ, so a period has the bits of its programs first."""
    bit = pl.col("program").replace_strict({program: 1 << n for n, program in enumerate(KNOWN)}, return_dtype=pl.UInt16)
    of_period = placed_services.group_by("period").agg(bits=bit.bitwise_or())
    bits = of_period["bits"].unique()
    named = [sorted(program for n, program in enumerate(KNOWN) if each >> n & 1) for each in bits]
    return of_period.join(pl.DataFrame({"bits": bits, "programs": pl.Series(named, dtype=pl.List(pl.String))}), on="bits")


def read(file: Path) -> pl.DataFrame:
    """The events of a CSV file in UTF-8: `person`, `program`, `type`, `date`, `end`. Blank lines are passed over.

    Raises `NotEvents` with every line that cannot be read, and `Unreadable` if the file is no CSV. What stands in a cell is not
    repeated: it can hold personal data.
    """
    parts, wrong, rows, short = [pl.DataFrame(schema=_TYPED)], [pl.DataFrame(schema=_MISTAKE)], 0, list[int]()
    with file.open("rb") as source:
        batches = read_csv(source)
        if missing := [name for name in COLUMNS if name not in batches.schema.names]:
            raise NotEvents(f"The header lacks {', '.join(missing)}. The columns are {', '.join(COLUMNS)}.")
        try:
            for batch in batches:
                typed = _typed(pl.DataFrame(pl.from_arrow(batch)), rows)
                wrong.append(_mistakes(typed))
                parts.append(typed.select("person", _word("program"), _word("type"), date="day", end="until"))
                rows += batch.num_rows
        except Malformed as malformed:
            short = malformed.lines
    lines = np.setdiff1d(np.arange(2, rows + len(short) + 2), short)  # the header is line 1
    _refuse(pl.concat(wrong), lines, short)
    return pl.concat(parts)


def _typed(cells: pl.DataFrame, before: int) -> pl.DataFrame:
    """Cells without spaces around them, with `row`, their place in the file, `day` and `until`. Blank lines are gone."""
    columns = pl.col(COLUMNS)
    trimmed = cells.select(columns.str.strip_chars().replace("", None)).with_columns(row=pl.int_range(before, before + pl.len()))
    return trimmed.filter(~pl.all_horizontal(columns.is_null())).with_columns(_day("date").alias("day"), _day("end").alias("until"))


def _day(column: str) -> pl.Expr:
    """A day as 2024-03-01 or 20240301; blank where the cell is none."""
    cell = pl.col(column)
    written = pl.when(cell.str.contains(r"^(\d{4}-\d{2}-\d{2}|\d{8})$")).then(cell.str.replace_all("-", ""))
    return written.str.to_date("%Y%m%d", strict=False)


def _word(column: str) -> pl.Expr:
    """A word of a closed list; blank where the cell is none."""
    return pl.col(column).cast(_TYPED[column], strict=False)


_type, _start, _end = pl.col("type"), pl.col("day"), pl.col("until")
_MISTAKES = {
    "person_missing": ("person", pl.col("person").is_null(), "Say who it is: any id that is the same in every line of the person."),
    "program_missing": (
        "program",
        pl.col("program").is_null() & _type.is_in([*_SERVES, *_PLANS]),
        "What starts a participation or holds it open is given under a program.",
    ),
    "unknown_program": ("program", _word("program").is_null() & pl.col("program").is_not_null(), "There is no such program."),
    "type_missing": ("type", _type.is_null(), "Say what was done."),
    "unknown_type": ("type", _word("type").is_null() & _type.is_not_null(), "There is no such type."),
    "date_missing": ("date", pl.col("date").is_null(), "Say on which day."),
    "not_a_date": ("date", _start.is_null() & pl.col("date").is_not_null(), "This is no day. Write it as 2024-03-01."),
    "too_long_ago": ("date", _start < OLDEST, "The day lies before 7 August 1998, when the Workforce Investment Act began all this."),
    "end_is_no_date": ("end", _end.is_null() & pl.col("end").is_not_null(), "This is no day. Write it as 2024-03-01, or leave it blank."),
    "ends_before_it_begins": ("end", _end < _start, "The end lies before the date."),
    "gap_without_end": ("end", pl.col("end").is_null() & _type.is_in(_PLANS), "A planned gap ends on the day of the next planned service."),
}
"""What can be wrong with a line: the code, the field, the claim about its cells, what a person is told."""

_LISTS = {"unknown_program": f"The programs are {', '.join(KNOWN)}.", "unknown_type": f"The types are {', '.join(TYPES)}."}

_MISTAKE = pl.Schema({"row": pl.Int64, "code": pl.String})


def _mistakes(typed: pl.DataFrame) -> pl.DataFrame:
    """The rows at fault with the code of each fault."""
    codes = [pl.when(claim).then(pl.lit(code)) for code, (_, claim, _) in _MISTAKES.items()]
    faults = typed.filter(pl.any_horizontal(claim.fill_null(value=False) for _, claim, _ in _MISTAKES.values()))
    return faults.select("row", code=pl.concat_list(codes)).explode("code").drop_nulls().cast(_MISTAKE)


def _refuse(mistakes: pl.DataFrame, lines: "np.typing.NDArray[np.int64]", short: list[int]) -> None:
    """Raise `NotEvents` if anything is wrong, with the first `TOLD` mistakes in the order of their lines."""
    found = [(line, "line", "cells", "The line has more or fewer cells than the header names columns.") for line in short]
    for row, code in mistakes.sort("row").head(TOLD).iter_rows():
        found.append((int(lines[row]), _MISTAKES[code][0], code, _MISTAKES[code][2]))
    if not found:
        return
    told = [Violation(line, f"line {line}, {field}", code, reason) for line, field, code, reason in sorted(found)[:TOLD]]
    there = mistakes.height + len(short)
    things = "One thing is wrong with the file." if there == 1 else f"{there:,} things are wrong with the file."
    lists = [said for code, said in _LISTS.items() if any(violation.code == code for violation in told)]
    raise NotEvents(" ".join([things, *lists, *([f"The first {TOLD}:"] if there > TOLD else [])]), violations=told)
