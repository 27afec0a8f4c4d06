"""Days, whole numbers, truths and amounts as partners write them, and in no other way.

Pydantic by itself takes 0 for 1 January 1970, "yes" and 1 for true, true for 1, "1_000" for a thousand and "1e3" for an amount: a column
that slipped would become a fact. Text is taken where it says the value plainly, since cells of CSV files are text.
"""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_TRUTHS = {"true": True, "false": False}


def _day(said: object) -> object:
    if isinstance(said, str) and _DAY.fullmatch(said):
        return said
    if isinstance(said, date) and not isinstance(said, datetime):
        return said
    raise ValueError("write a day as year, month and day: 2026-03-31")


def _whole(said: object) -> object:
    if isinstance(said, str) and _WHOLE.fullmatch(said):
        return int(said)
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    raise ValueError("write a whole number in digits: 40")


def _truth(said: object) -> object:
    if isinstance(said, bool):
        return said
    if isinstance(said, str) and said in _TRUTHS:
        return _TRUTHS[said]
    raise ValueError("write true or false")


def _number(said: object) -> object:
    if isinstance(said, str) and _NUMBER.fullmatch(said):
        return said
    if isinstance(said, int | float | Decimal) and not isinstance(said, bool) and math.isfinite(said):
        return said
    raise ValueError("write a number in digits: 0.5")


def exact(said: object) -> object:
    """An amount as text, with no more than cents. Raises ValueError: a float has lost its cents already, and JSON and TOML read 129.00 as
    one."""
    if isinstance(said, Decimal) or (isinstance(said, str) and _DECIMAL.fullmatch(said)):
        return said
    raise ValueError('write money as text with two decimals, as in "129.00"')


Day = Annotated[date, BeforeValidator(_day)]
"""A day: 2026-03-31."""

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number."""

Truth = Annotated[bool, BeforeValidator(_truth)]
"""True or false."""

Number = Annotated[float, BeforeValidator(_number)]
"""A number that is no amount of money."""

Fraction = Annotated[Decimal, BeforeValidator(_number)]
"""The same, kept as it is written."""
