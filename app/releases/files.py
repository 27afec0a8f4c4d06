"""Releases in files for anybody. Every writer takes a `Protected` and nothing else."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from app.core.tabular import Target, opened
from app.core.tabular import write_csv as write_plain_csv
from app.core.tabular import write_parquet as write_plain_parquet
from app.core.workbooks import Sheet
from app.core.workbooks import write_xlsx as write_workbook
from app.outcomes.files import FORMATS, POPULATIONS, TIDY, reader
from app.outcomes.indicators import Measure, Population
from app.outcomes.table import STATE
from app.releases.archive import File
from app.releases.protected import Protected
from app.releases.table import Released, Shown, measured

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
}
"""The forms of a release's files and what they are."""

TITLES = {
    "csv": "A row a figure",
    "xlsx": "A workbook to read: notes, a sheet a region system and population, what the columns mean",
    "parquet": "A row a figure, typed",
    "geojson": "A feature a region with its figures",
    "gpkg": "A feature a region with its figures, for GIS",
    "svg": "A map of one figure by region, with legend and description; hatched where it is withheld",
    "png": "The same map as pixels",
}
"""What is in a file, as the Data Package tells it."""

BY_RESIDENCE = "Regions are those in which people lived on the first day of what is counted, not those of the board or the college."

COLUMNS = {
    "state": "The state.",
    "region_system": "How the state is divided; `state` for the state as a whole.",
    "region": "The region's code; `unknown` and `out_of_state` for people who live in none; the state's id. " + BY_RESIDENCE,
    "region_name": "The region's name at the end of the report period.",
    "population": "all_learners: enrollments on career paths; wioa_participants: periods of participation.",
    "indicator": "What is measured.",
    "period": "The report period, kind@report-date.",
    "cohort_from": "The first day of the quarters whose people are counted.",
    "cohort_until": "Their last day.",
    "numerator": "How many of them; of a count the count.",
    "denominator": "Of how many; of a median whose median it is; empty for a count.",
    "value": "A share of one, dollars a quarter, or how many; empty where there is no figure.",
    "status": "ok; suppressed: withheld so that nobody can be recognized; not_yet_available; not_reported; not_applicable.",
    "disclosure": "protected: for anybody.",
}
"""What the columns of the tidy layout hold."""


def tidy(table: Protected[Released]) -> pa.RecordBatch:
    """The release in the one layout in which tables leave: a row a figure."""
    return pa.RecordBatch.from_pylist([row(table, shown) for shown in table.content], TIDY)


def row(table: Protected[Released], shown: Shown) -> dict[str, Any]:
    """One figure in that layout."""
    told = {name: getattr(shown, name) for name in TIDY.names if hasattr(shown, name)}
    return {
        **told,
        "state": table.content.state,
        "population": shown.population.value,
        "period": str(table.content.period),
        "disclosure": table.mark,
    }


def write_csv(table: Protected[Released], target: Target) -> int:
    """Write the tidy layout as CSV; answers how many figures."""
    return write_plain_csv(reader(tidy(table)), target)


def write_parquet(table: Protected[Released], target: Target) -> int:
    """Write the tidy layout as Parquet; answers how many figures."""
    return write_plain_parquet(reader(tidy(table)), target)


def write_xlsx(table: Protected[Released], target: Target) -> int:
    """Write a workbook to read: notes, a sheet a region system and population, what the columns mean, and the tidy layout."""
    wide = [_wide(table, system, population) for system in table.content.systems for population in Population]
    return write_workbook([*wide, _legend(table), Sheet("Figures", reader(tidy(table)))], target, notes=notes(table))


def notes(table: Protected[Released]) -> list[tuple[str, str]]:
    """What a reader has to know of the release, in words: (of what, what)."""
    content = table.content
    return [
        ("What", f"Outcomes in {content.name}, {content.period.label} ({content.period}), as known on {content.as_of}"),
        ("Where", f"By {', '.join(content.systems.values())}, and the state as a whole. {BY_RESIDENCE}"),
        ("Two populations", "All learners counts enrollments on career paths, WIOA participants counts periods of participation."),
        ("Cohorts", "Each figure looks at its own quarters of exits, ends, services or due dates: they stand beside it."),
        (
            "Suppressed",
            (
                f"Groups of fewer than {content.threshold} people are not shown, nor whatever they could be worked out from: other "
                "figures are withheld with them, and the mark is the same. It was proved that whoever knows all that is shown cannot tell "
                f"a withheld count to within {content.threshold}. A suppressed figure is no zero: leave it out of sums and averages."
            ),
        ),
        ("Medians", "Quarterly earnings to $10; those beyond $15,000 and $200,000 a year are shown as that."),
        ("No number", "suppressed, not_yet_available, not_reported, not_applicable: a word in the place of a figure. Zero is zero."),
    ]


def _legend(table: Protected[Released]) -> Sheet:
    """What every indicator means."""
    seen = {(shown.population, shown.indicator): shown.definition for shown in table.content}
    rows = [
        {
            "population": POPULATIONS[population],
            "indicator": indicator,
            "title": definition.title,
            "means": definition.says,
            "source": definition.citation,
            "version": definition.version,
        }
        for (population, indicator), definition in seen.items()
    ]
    return Sheet("What the columns mean", reader(pa.RecordBatch.from_pylist(rows)))


def _wide(table: Protected[Released], system: str, population: Population) -> Sheet:
    """Regions down, indicators across: of each the figure, or in words why there is none, and of how many it is."""
    theirs = [shown for shown in table.content if shown.population is population and shown.region_system in (system, STATE)]
    columns: dict[str, list[Any]] = {"region": list(dict.fromkeys(shown.region_name for shown in theirs))}
    fields = [pa.field("region", pa.string())]
    titles, formats, instead = {"region": "Region"}, {}, {}
    for name in dict.fromkeys(shown.indicator for shown in theirs):
        figures = [shown for shown in theirs if shown.indicator == name]
        first, measure = figures[0], measured(name)
        columns |= {name: [one.value for one in figures], f"{name}:status": [one.status for one in figures]}
        fields += [pa.field(name, pa.float64()), pa.field(f"{name}:status", pa.string())]
        titles[name] = f"{first.definition.title}\n{first.cohort_from} to {first.cohort_until}"
        if measure is not Measure.COUNT:
            columns[f"{name}:of"] = [one.denominator for one in figures]
            fields.append(pa.field(f"{name}:of", pa.int64()))
            titles[f"{name}:of"] = "of"
        formats[name], instead[name] = FORMATS[measure], f"{name}:status"
    batch = pa.RecordBatch.from_pydict(columns, pa.schema(fields))
    short = {Population.ALL_LEARNERS: "learners", Population.WIOA_PARTICIPANTS: "WIOA"}[population]
    return Sheet(f"{system.replace('_', ' ')[:20]}, {short}", reader(batch), titles, formats, instead)


def write_datapackage(table: Protected[Released], files: Sequence[File], target: Target) -> int:
    """Write what is in the files as a Data Package (specs.frictionlessdata.io); answers how many files it tells of."""
    content = table.content
    kinds = {"int64": "integer", "double": "number", "string": "string", "date32[day]": "date"}
    fields = [{"name": field.name, "type": kinds[str(field.type)], "description": COLUMNS[field.name]} for field in TIDY]
    told = {
        "profile": "data-package",
        "name": f"{content.state}-outcomes-{str(content.period).replace('@', '-')}",
        "title": f"Workforce outcomes in {content.name}, {content.period.label}",
        "description": "\n".join(f"{of}: {what}" for of, what in notes(table)),
        "resources": [
            {
                "name": f"outcomes-{file.form}",
                "title": TITLES[file.form],
                "path": file.name,
                "format": file.form,
                "mediatype": file.media_type.split(";")[0],
                "bytes": file.size,
                "hash": f"sha256:{file.sha256}",
                **({"schema": {"fields": fields, "missingValues": [""]}, "encoding": "utf-8"} if file.form == "csv" else {}),
            }
            for file in files
        ],
    }
    with opened(target) as file_:
        file_.write((json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    return len(files)
