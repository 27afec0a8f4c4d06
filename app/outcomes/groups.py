"""By whom and where a file's periods are told apart: each grouping gives a row one group, or several.

Sex, race and ethnicity, and age are those of the rows of form ETA-9169; boards as the record's layout says of 108-A, B and C.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from app.core.errors import Invalid
from app.outcomes.frame import BOARDS, OUT_OF_STATE, UNKNOWN
from app.states.policy import Policy

NOT_DISCLOSED, MORE_THAN_ONE, HISPANIC = "not_disclosed", "more_than_one", "hispanic"

RACES: Mapping[str, str] = {
    "211": "american_indian_alaska_native",
    "212": "asian",
    "213": "black",
    "214": "native_hawaiian_pacific_islander",
    "215": "white",
}

AGES = (("<16", 16), ("16-18", 19), ("19-24", 25), ("25-44", 45), ("45-54", 55), ("55-59", 60))
"""Each band and the age at which it is over; then `60+`."""

BY = ("county", "sex", "race_ethnicity", "age", "lwda", "lwda_local")
"""What a question may name. By `lwda` is by `lwda_local`, too."""


class NotAGrouping(Invalid):
    """A question names what periods cannot be told apart by, or a state that is none."""

    slug, title = "not-a-grouping", "Periods cannot be told apart by this"


@dataclass(frozen=True, eq=False)  # an expression has no truth value, hence no equality
class Grouping:
    """Columns of groups: a row is in the group of each column that has one. A single column has one for everybody."""

    name: str
    groups: tuple[pl.Expr, ...]

    @property
    def columns(self) -> tuple[pl.Expr, ...]:
        """The columns under names of their own: many rows share few groups."""
        return tuple(group.alias(name) for group, name in zip(self.groups, self.names, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.name} {n}" for n in range(len(self.groups)))


def groupings(by: Sequence[str], policy: Policy, state: str | None) -> Iterator[Grouping]:
    """What `by` names. With `state`, two letters, those who live in another are `out_of_state`. Raises `NotAGrouping`."""
    if unknown := [name for name in by if name not in BY]:
        raise NotAGrouping(f"There is no grouping {', '.join(map(repr, unknown))}; there are {', '.join(BY)}.")
    if state is not None and not re.fullmatch(r"[A-Z]{2}", state):
        raise NotAGrouping(f"Name the state by its two letters, as NY, not '{state}'.")
    for name in dict.fromkeys(part for named in by for part in ((named, "lwda_local") if named == "lwda" else (named,))):
        match name:
            case "county":
                yield Grouping(name, (_county(state),))
            case "sex":
                yield Grouping(name, (_sex(),))
            case "race_ethnicity":
                yield Grouping(name, _every_race() if policy.race == "overlapping" else (_one_race(),))
            case "age":
                yield Grouping(name, (_band(),))
            case "lwda":
                yield Grouping(name, (pl.col("108-A").fill_null(UNKNOWN).cast(pl.Categorical),))
            case "lwda_local":
                yield Grouping(name, _boards())


def _county(state: str | None) -> pl.Expr:
    """The county of residence at entry, three digits."""
    here = pl.col("102").fill_null(UNKNOWN)
    if state is not None:
        here = pl.when((pl.col("101") != state).fill_null(value=False)).then(pl.lit(OUT_OF_STATE)).otherwise(here)
    return here.cast(pl.Categorical)


def _sex() -> pl.Expr:
    return _first({"female": pl.col("201") == 2, "male": pl.col("201") == 1}, NOT_DISCLOSED)


def _yes(element: str) -> pl.Expr:
    return (pl.col(element) == 1).fill_null(value=False)


def _many() -> pl.Expr:
    return pl.sum_horizontal(_yes(element).cast(pl.Int8) for element in RACES) > 1


def _one_race() -> pl.Expr:
    """One row for everybody: Hispanic first, then more than one race, then the one (reading `race`)."""
    rows = {HISPANIC: _yes("210"), MORE_THAN_ONE: _many(), **{race: _yes(element) for element, race in RACES.items()}}
    return _first(rows, NOT_DISCLOSED)


def _every_race() -> tuple[pl.Expr, ...]:
    """Every row that applies to somebody (reading `race`)."""
    rows = {HISPANIC: _yes("210"), **{race: _yes(element) for element, race in RACES.items()}, MORE_THAN_ONE: _many()}
    rows[NOT_DISCLOSED] = ~pl.any_horizontal(rows.values())
    known = pl.Enum(list(rows))
    return tuple(pl.when(claim).then(pl.lit(row, known)) for row, claim in rows.items())


def _band() -> pl.Expr:
    """The age on the day of entry. Born on 29 February: a year older on 1 March in common years (reading `leap_birthday`)."""
    born, entry = pl.col("200").dt, pl.col("entry").dt
    had = (entry.month().cast(pl.Int16) * 100 + entry.day()) >= (born.month().cast(pl.Int16) * 100 + born.day())
    age = entry.year() - born.year() - pl.when(had).then(0).otherwise(1)
    return _first({UNKNOWN: age.is_null(), **{band: age < over for band, over in AGES}}, "60+")


def _boards() -> tuple[pl.Expr, ...]:
    """Every board that reports the period locally, each once."""
    first, second, third = map(pl.col, BOARDS)
    none = pl.when(second.is_null() & third.is_null()).then(pl.lit(UNKNOWN))
    again = (third == first).fill_null(value=False) | (third == second).fill_null(value=False)
    each = (first.fill_null(none), pl.when(second.ne_missing(first)).then(second), pl.when(~again).then(third))
    return tuple(board.cast(pl.Categorical) for board in each)


def _first(groups: Mapping[str, pl.Expr], otherwise: str) -> pl.Expr:
    """The first group whose claim holds."""
    known = pl.Enum([*groups, otherwise])
    return pl.coalesce(*(pl.when(claim).then(pl.lit(name, known)) for name, claim in groups.items()), pl.lit(otherwise, known))
