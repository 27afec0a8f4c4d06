"""Tables of outcomes in files. Each says on every page, and in every row, whom it is for."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from app.core.tabular import Target
from app.core.tabular import write_csv as write_plain_csv
from app.core.tabular import write_parquet as write_plain_parquet
from app.core.workbooks import Sheet
from app.core.workbooks import write_xlsx as write_workbook
from app.outcomes.disclosure import NOTICE, Internal
from app.outcomes.indicators import Indicator, Measure, Population
from app.outcomes.table import Figure, Table
from app.outcomes.wording import in_words

TIDY = pa.schema(
    [
        ("state", pa.string()),
        ("region_system", pa.string()),
        ("region", pa.string()),
        ("region_name", pa.string()),
        ("population", pa.string()),
        ("indicator", pa.string()),
        ("period", pa.string()),
        ("cohort_from", pa.date32()),
        ("cohort_until", pa.date32()),
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("value", pa.float64()),
        ("status", pa.string()),
        ("disclosure", pa.string()),
    ]
)
"""The one layout in which tables leave: a row a figure. `value` is a share of one (six digits), dollars, or how many."""

POPULATIONS = {Population.ALL_LEARNERS: "All learners", Population.WIOA_PARTICIPANTS: "WIOA participants"}


def tidy(table: Internal[Table]) -> pa.RecordBatch:
    """The table in the layout `TIDY`."""
    rows = [row(table, figure) for figure in table.content]
    return pa.RecordBatch.from_pylist(rows, TIDY)


def row(table: Internal[Table], figure: Figure) -> dict[str, Any]:
    """One figure in the layout `TIDY`."""
    cohort = figure.indicator.cohort.shown
    return {
        "state": table.content.geography.state,
        "region_system": figure.region_system,
        "region": figure.region,
        "region_name": figure.region_name,
        "population": figure.indicator.population.value,
        "indicator": figure.indicator.name,
        "period": str(table.content.period),
        "cohort_from": cohort.begins,
        "cohort_until": cohort.ends,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.printed,
        "status": figure.status.value,
        "disclosure": table.mark,
    }


def write_csv(table: Internal[Table], target: Target) -> int:
    """Write the tidy layout as CSV; answers how many figures."""
    return write_plain_csv(reader(tidy(table)), target)


def write_parquet(table: Internal[Table], target: Target) -> int:
    """Write the tidy layout as Parquet, the notice in its metadata; answers how many figures."""
    batch = tidy(table)
    return write_plain_parquet(reader(batch.replace_schema_metadata({"notice": NOTICE})), target)


def reader(batch: pa.RecordBatch) -> pa.RecordBatchReader:
    """The batch as a stream of one."""
    return pa.RecordBatchReader.from_batches(batch.schema, [batch])


def write_xlsx(table: Internal[Table], target: Target) -> int:
    """Write a workbook to read: a sheet a population, regions down and indicators across, what the columns mean, and the tidy layout."""
    sheets = [_wide(table, population) for population in Population]
    sheets += [_legend(table), Sheet("Figures", reader(tidy(table)), banner=NOTICE)]
    return write_workbook(sheets, target, notes=_notes(table))


def _notes(table: Internal[Table]) -> list[tuple[str, str]]:
    content = table.content
    basis = content.basis
    chosen = "; ".join(f"{name} = {value}" for name, value in basis.readings.items())
    return [
        ("For whom", NOTICE),
        ("What", f"Outcomes in {content.geography.name} by {content.geography.system}, {content.period.label} ({content.period})"),
        ("As known on", f"{basis.asked.on}; facts read {basis.read_at} UTC"),
        ("Input", f"SHA-256 {basis.digest}"),
        ("The state's choices", chosen or "the defaults"),
        ("Two populations", "All learners counts enrollments on career paths, WIOA participants counts periods of participation."),
        (
            "No number",
            "A word in the place of a figure says why there is none: not_yet_available, not_reported, not_applicable. Zero is zero.",
        ),
        ("Cohorts", "Each column looks at another time; the header says at which: of exits, ends, services or due dates."),
    ]


def _legend(table: Internal[Table]) -> Sheet:
    """What every column means."""
    seen: dict[str, Indicator] = {figure.indicator.key: figure.indicator for figure in table.content}
    rows = [
        {
            "population": POPULATIONS[i.population],
            "column": i.definition.title,
            "cohort": str(i.cohort.shown),
            "means": i.definition.says,
            "source": i.definition.citation,
            "version": i.definition.version,
        }
        for i in seen.values()
    ]
    return Sheet("What the columns mean", reader(pa.RecordBatch.from_pylist(rows)), banner=NOTICE)


def _wide(table: Internal[Table], population: Population) -> Sheet:
    """Regions down, indicators across: of each the figure, or in words why there is none, and of how many it is."""
    theirs = [figure for figure in table.content if figure.indicator.population is population]
    columns: dict[str, list[Any]] = {"region": list(dict.fromkeys(figure.region_name for figure in theirs))}
    fields = [pa.field("region", pa.string())]
    titles, formats, instead = {"region": "Region"}, {}, {}
    for indicator in {figure.indicator.key: figure.indicator for figure in theirs}.values():
        figures = [figure for figure in theirs if figure.indicator is indicator]
        for name, kind, values in _columns(indicator, figures):
            columns[name] = values
            fields.append(pa.field(name, kind))
        titles |= {indicator.name: f"{indicator.definition.title}\n{indicator.cohort.shown}", f"{indicator.name}:of": "of"}
        titles[f"{indicator.name}:known"] = "Occupation known for"
        formats[indicator.name] = FORMATS[indicator.measure]
        instead[indicator.name] = f"{indicator.name}:status"
    batch = pa.RecordBatch.from_pydict(columns, pa.schema(fields))
    return Sheet(POPULATIONS[population], reader(batch), titles, formats, instead, banner=NOTICE)


FORMATS = {Measure.COUNT: "#,##0", Measure.RATE: "0.0%", Measure.MEDIAN: "$#,##0"}


def _columns(indicator: Indicator, figures: Sequence[Figure]) -> Iterator[tuple[str, pa.DataType, list[Any]]]:
    yield indicator.name, pa.float64(), [figure.printed for figure in figures]
    yield f"{indicator.name}:status", pa.string(), [figure.status.value for figure in figures]
    if indicator.measure is not Measure.COUNT:
        yield f"{indicator.name}:of", pa.int64(), [figure.denominator for figure in figures]
    if indicator.coverage is not None:
        yield f"{indicator.name}:known", pa.string(), [covered(figure) for figure in figures]


def covered(figure: Figure) -> str:
    """Of how many of whom it is known what the indicator asks: `31 of 47`."""
    return "" if figure.coverage is None else "{:,} of {:,}".format(*figure.coverage)


def spoken(figure: Figure) -> str:
    """The figure for people, or the word that says why there is none."""
    if figure.value is None:
        return figure.status.value.replace("_", " ")
    return in_words(figure.indicator.measure, figure.value)
