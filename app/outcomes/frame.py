"""The frame: two typed tables whose columns are elements of the federal individual record (PIRL, ETA-9170) and our own.

`periods` has a row per period of participation, `learners` a row per enrollment on a career path. Elements are named by their bare
numbers and mean what the record's layout says; what the layout does not have is named in words. Both tables say what became of the
person after an anchor, the period's last service or the enrollment's end, under the same elements.

A blank is not a no: only `holds` makes a claim of a column.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import narwhals as nw
import polars as pl

from app.enrollments.periods import exits


class Kind(StrEnum):
    """What a column holds, and therefore its type in every engine."""

    DATE = "date"
    MONEY = "money"  # cents
    CODE = "code"  # a code of at most two digits out of a list, or a small whole number
    TEXT = "text"
    NUMBER = "number"  # the dense key of a person


POLARS: Mapping[Kind, pl.DataType] = {
    Kind.DATE: pl.Date(),
    Kind.MONEY: pl.Int64(),
    Kind.CODE: pl.Int16(),
    Kind.TEXT: pl.String(),
    Kind.NUMBER: pl.Int64(),
}

QUARTERS = (1, 2, 3, 4)
"""The quarters after the anchor's that the record speaks of."""

EMPLOYED = {1: "1600", 2: "1602", 3: "1604", 4: "1606"}
"""Whether employed in the nth quarter after: 1 unsubsidized, 2 registered apprenticeship, 3 military; blank: nothing is known."""

MATCH = {1: "1601", 2: "1603", 3: "1605", 4: "1607"}
"""By what: 1 wage record, 2 Federal, 3 military, 4 supplemental."""

WAGES = {1: "1703", 2: "1704", 3: "1705", 4: "1706"}
INDUSTRY = {1: "1614", 2: "1615", 3: "1616", 4: "1617"}
OCCUPATION = {2: "1612", 4: "1613"}  # 1610 is that of any of the four quarters
CREDENTIALS = (("1800", "1801"), ("1802", "1803"), ("1804", "1805"))
"""Type and date of up to three recognized credentials."""

TRAININGS = (("1302", "1303", "1308"), ("1309", "1310", "1313"), ("1314", "1315", "1318"))
"""First day, type and last day of up to three kinds of training."""

WORK = (1, 2, 3)
"""Codes of 1602 that are employment."""

PLACED = {2: "1900", 4: "1901"}
"""Youth in the nth quarter after: 1 in occupational skills training, 2 in postsecondary, 3 in secondary education."""

GAINS = ("1806", "1807", "1808", "1809", "1810")
"""The most recent measurable skill gain of each type but diplomas: a level, two kinds of transcripts, a milestone, a passed exam."""

BOARDS = ("108-A", "108-B", "108-C")
"""The boards of a period: the one whose it is in the state's report, and up to two that report it locally."""

_PERSON = {
    "person": Kind.NUMBER,
    "100": Kind.TEXT,
    "101": Kind.TEXT,
    "102": Kind.TEXT,
    "201": Kind.CODE,
    **dict.fromkeys(("210", "211", "212", "213", "214", "215", "300"), Kind.CODE),
    "age": Kind.CODE,  # in years on the first day; a birth date (200) is in no frame
    "partner": Kind.TEXT,
}

_AFTER = {
    "923": Kind.CODE,
    **{element: Kind.CODE for of in (EMPLOYED, MATCH) for element in of.values()},
    **dict.fromkeys(WAGES.values(), Kind.MONEY),
    **dict.fromkeys(INDUSTRY.values(), Kind.TEXT),
    **dict.fromkeys(("1610", *OCCUPATION.values()), Kind.TEXT),
    "1618": Kind.CODE,
    "in_demand": Kind.CODE,  # whether 1612 was on the list of the region of residence: 1, 0; blank: unknown, or there was no list
    **{element: kind for pair in CREDENTIALS for element, kind in zip(pair, (Kind.CODE, Kind.DATE), strict=True)},
}

PERIODS: Mapping[str, Kind] = {
    **_PERSON,
    "track": Kind.TEXT,  # common, or the program that exits apart
    "entry": Kind.DATE,  # 900
    "last": Kind.DATE,  # the last day served; blank: a service still runs. 901 is a question of the day on which one asks: see `known`
    "open_until": Kind.DATE,
    **dict.fromkeys(BOARDS, Kind.TEXT),
    **dict.fromkeys(("903", "904", "905", "909", "911", "918", "932"), Kind.CODE),
    "919": Kind.TEXT,
    "906": Kind.DATE,
    "408": Kind.CODE,
    "409": Kind.CODE,
    "1300": Kind.CODE,
    **{element: kind for training in TRAININGS for element, kind in zip(training, (Kind.DATE, Kind.CODE, Kind.DATE), strict=True)},
    "1332": Kind.CODE,
    "1401": Kind.CODE,
    "1406": Kind.DATE,
    "1407": Kind.DATE,
    **dict.fromkeys((*GAINS, "1811", "1813"), Kind.DATE),
    **dict.fromkeys(PLACED.values(), Kind.CODE),
    **_AFTER,
}
"""What `UNRECORDED` lists is asked for by a definition and recorded nowhere yet: blank in an extract, there in a file."""

UNRECORDED = (*BOARDS[1:], "408", "409", "909", "911", "919", "1332", "1401", "1406", "1407", *GAINS, "1811", "1813", *PLACED.values())

LEARNERS: Mapping[str, Kind] = {
    **_PERSON,
    "enrollment": Kind.TEXT,
    "career_path": Kind.TEXT,
    "started_on": Kind.DATE,
    "planned_end": Kind.DATE,
    "ended_on": Kind.DATE,
    "completed": Kind.CODE,  # 1 completed, 0 withdrew, blank: still active
    "awards": Kind.CODE,  # whether the path awards a recognized postsecondary credential
    "participating": Kind.CODE,  # whether the person was served in a period of participation on a day of the enrollment, or around it
    "matched": Kind.CODE,  # whether wages may be matched: as a participant, or under the partner's agreement
    "open_until": Kind.DATE,  # of the periods that began by the enrollment's end: their last open day; see `taking_part`
    **_AFTER,
}


UNKNOWN, OUT_OF_STATE = "unknown", "out_of_state"


def region(system: str) -> str:
    """The column of the region of residence in a system: a region's code, `unknown`, or `out_of_state`. Both tables have one a system."""
    return f"region:{system}"


def known(periods: nw.LazyFrame[Any], on: date) -> nw.LazyFrame[Any]:
    """The periods with `901`, the exits that are known on a day."""
    return periods.with_columns(exits(nw, on).alias("901"))


def taking_part(learners: nw.LazyFrame[Any], on: date) -> nw.LazyFrame[Any]:
    """The learners with `participating` and `matched` as they are known on a day: a period whose exit is not known then is open."""
    in_one = holds(e("open_until") >= nw.lit(on))
    return learners.with_columns(
        *(nw.when(in_one).then(nw.lit(1)).otherwise(e(name)).cast(nw.Int16).alias(name) for name in ("participating", "matched"))
    )


def e(element: int | str) -> nw.Expr:
    """The column of an element, by its number, or of ours by its name."""
    return nw.col(str(element))


def holds(claim: nw.Expr) -> nw.Expr:
    """A claim about columns as a yes or a no: where a blank leaves it open, it does not hold.

    The only door from columns to claims. Else a blank would make both a reason and its opposite silently fail.
    """
    return claim.fill_null(False)  # noqa: FBT003 - the value is what it fills with


def one_of(element: int | str, *codes: int) -> nw.Expr:
    """Whether an element has one of the codes."""
    return holds(e(element).is_in(codes))


def within(element: int | str, first: date, last: date) -> nw.Expr:
    """Whether a date lies between two days, both included."""
    return holds((e(element) >= nw.lit(first)) & (e(element) <= nw.lit(last)))


def given(element: int | str) -> nw.Expr:
    """Whether there is anything in the column."""
    return ~e(element).is_null()
