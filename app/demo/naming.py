"""How partners call people, enrollments and each other, and days as dates."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from app.demo.chance import NEVER, Ints
from app.demo.journeys import Who


@dataclass(frozen=True)
class Names:
    """How partners call people, and each other: a text for each person, or for each partner."""

    partner: pl.Series
    person: pl.Series
    enrollment: pl.Series

    @classmethod
    def of(cls, who: Who, partners: pl.Series) -> "Names":
        number = who.first + np.arange(who.n)
        return cls(partners, references(number), references(number, "E"))


def dates(days: Ints) -> pl.Series:
    """Days as dates; NEVER is blank."""
    when = days.astype("datetime64[D]")
    return pl.Series(np.where(days == NEVER, np.datetime64("NaT"), when))


def references(number: Ints, letter: str = "P") -> pl.Series:
    """The ids under which partners know people (P) or enrollments (E): P-0000042."""
    return pl.select(pl.format(f"{letter}-{{}}", pl.Series(number).cast(pl.String).str.zfill(7))).to_series()
