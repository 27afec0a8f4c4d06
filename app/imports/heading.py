"""From a file's columns to a kind's: which title means which column, and frames of ours out of frames of theirs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl

from app.imports.delimited import title
from app.imports.files import Opened
from app.imports.kinds import Kind
from app.imports.reading import CELLS
from app.imports.unpacking import NoTable
from app.imports.uploads import Uploads

REASONS = ("mistake_line", "mistake_columns", "mistake_codes", "mistake_how_to_mend")
"""Titles of the columns with which mistakes are given back; in a file that comes again they say nothing."""

_QUARTER = re.compile(r"(?:wages_)?(\d{4})_?q([1-4])")


@dataclass(frozen=True)
class Heading:
    """at: our column -> its place. wide: a quarter -> the place of the column that it titles. ignored: titles that mean nothing."""

    at: Mapping[str, int]
    wide: Mapping[str, int]
    ignored: tuple[str, ...]


def known(kind: Kind) -> frozenset[str]:
    """The titles that are looked for."""
    return frozenset(column.name for column in kind.columns)


def matched(kind: Kind, titles: Sequence[str], own: str) -> Heading:
    """Which column is which. `own` is the caller's partner, which may be left out. Raises `NoTable`.

    What stands in the first line is repeated only where it surely names columns: of a file without titles it would be a person.
    """
    at: dict[str, int] = {}
    wide: dict[str, int] = {}
    others = []
    names, twice = known(kind), []
    for place, written in enumerate(titles):
        name = title(written)
        quarter = _QUARTER.fullmatch(name) if kind.wide else None
        if name in names:
            twice += [name] if name in at else []
            at[name] = place
        elif quarter:
            wide[f"{quarter[1]}Q{quarter[2]}"] = place
        elif name and name not in REASONS:
            others.append(written.strip()[:60])
    if twice:
        raise NoTable(f"The first line names {', '.join(sorted(set(twice)))} twice. Take one of them out.")
    instead = set(kind.wide or ()) if wide else set()
    if mixed := instead & at.keys():
        raise NoTable(f"The first line names {', '.join(sorted(mixed))} and has columns for quarters, too. Have one or the other.")
    left_out = instead | ({"partner"} if own else set())
    lacking = [column.name for column in kind.columns if column.required and column.name not in at.keys() | left_out]
    if lacking:
        raise NoTable(f"The first line has to name the columns. These are missing: {', '.join(lacking)}.")
    return Heading(at, wide, tuple(others))


def ours(kind: Kind, heading: Heading, own: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of the file as `reading.read` takes it."""
    wrong = pl.when(pl.col("cells").is_not_null()).then(pl.lit(f":{CELLS[0]}")).alias("wrong")
    named = frame.select("line", wrong, *(pl.col(str(place)).alias(name) for name, place in heading.at.items()), *_wide(heading))
    if "partner" in known(kind) and own:
        given = pl.col("partner").str.strip_chars().replace("", None) if "partner" in heading.at else pl.lit(None, pl.String)
        named = named.with_columns(given.fill_null(pl.lit(own)).alias("partner"))
    if kind.wide is None or not heading.wide:
        return named
    variable, value = kind.wide
    beside = [name for name in named.columns if name not in heading.wide]
    long = named.with_row_index("at").unpivot(list(heading.wide), index=["at", *beside], variable_name=variable, value_name=value)
    filled = long.filter(pl.col(value).str.strip_chars().replace("", None).is_not_null())
    return filled.sort("at", maintain_order=True).drop("at")


def _wide(heading: Heading) -> list[pl.Expr]:
    return [pl.col(str(place)).alias(quarter) for quarter, place in heading.wide.items()]


def looked_at(uploads: Uploads, state: str, run: UUID, kind: Kind, own: str) -> Heading:
    """What the first line of a file that was sent says. Raises `NoTable`."""
    with Opened(uploads, state, run, known(kind)) as table:
        return matched(kind, table.titles, own)
