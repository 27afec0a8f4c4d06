"""Row by row: the place that each row of a file took under each indicator of each program, and the reason for which it is left out."""

from collections.abc import Iterator, Sequence

import narwhals as nw
import polars as pl

from app.outcomes.compute import unit_of
from app.outcomes.federal import RESULTS, results
from app.outcomes.flat import LINE
from app.outcomes.indicators import IN, Indicator
from app.outcomes.rules import NOT_YET, Asked

BATCH = 20_000  # rows of the file at a time
LEFT_OUT = "left_out"
COUNTED_ONCE = "person_counted_once"
"""Counted as a person, by another of the person's periods (reading `retention_unit`)."""

COLUMNS = (LINE, "100", "indicator", "program", "place", "reason")


def places(rows: pl.DataFrame, asked: Asked, *, batch: int = BATCH) -> Iterator[pl.DataFrame]:
    """Every row with every indicator of every program, in the order of the file: `line`, `100`, `indicator`, `program`, `place`
    (numerator, denominator or left_out; of a median and of counts, numerator) and the `reason` of those left out."""
    indicators = [indicator for program in RESULTS for indicator in results(program, asked)]
    again = {indicator.key: _again(rows, indicator, asked) for indicator in indicators}
    meant = _meant(indicators)
    for start in range(0, rows.height, batch):
        some = rows.slice(start, batch)
        told = nw.from_native(some.lazy()).select(LINE, "100", *(indicator.place for indicator in indicators)).collect(backend="polars")
        placed = pl.DataFrame(told.to_native()).with_columns(_once(indicator, again[indicator.key]) for indicator in indicators)
        long = placed.unpivot(index=[LINE, "100"], variable_name="key", value_name="number")
        yield long.join(meant, on=["key", "number"], how="left").sort(LINE, "order").select(COLUMNS)


def _meant(indicators: Sequence[Indicator]) -> pl.DataFrame:
    """What the number of a place means: key, number, order, indicator, program, place, reason."""
    lines = [
        (indicator.key, number, order, indicator.name, str(indicator.program), *((place, None) if place in IN else (LEFT_OUT, place)))
        for order, indicator in enumerate(indicators)
        for number, place in enumerate((*indicator.places, COUNTED_ONCE))
    ]
    columns = ("key", "number", "order", "indicator", "program", "place", "reason")
    return pl.DataFrame(lines, schema=columns, orient="row").with_columns(pl.col("number").cast(pl.Int8))


def _once(indicator: Indicator, again: pl.Series) -> pl.Expr:
    """The places of an indicator, in which those whose person is counted by another row are left out."""
    place = pl.col(indicator.key)
    if again.is_empty():
        return place
    once = pl.lit(len(indicator.places), pl.Int8)
    return pl.when(pl.col(LINE).is_in(again.implode())).then(once).otherwise(place).alias(indicator.key)


def _again(rows: pl.DataFrame, indicator: Indicator, asked: Asked) -> pl.Series:
    """The lines of those whose person is counted by another row: the best place, then the latest exit, then the first line is it."""
    assert indicator.program is not None
    if unit_of(indicator.program, asked) == "period":
        return pl.Series([], dtype=pl.UInt32)
    told = nw.from_native(rows.lazy()).select(LINE, "100", "901", indicator.place).collect(backend="polars")
    counting = [*IN, NOT_YET]
    due = pl.DataFrame(told.to_native()).filter(
        pl.col("100").is_not_null(), pl.col(indicator.key).is_in([n for n, name in enumerate(indicator.places) if name in counting])
    )
    best = due.sort(indicator.key, "901", LINE, descending=[False, True, False]).unique("100", keep="first", maintain_order=True)
    return due.filter(~pl.col(LINE).is_in(best[LINE].implode()))[LINE]
