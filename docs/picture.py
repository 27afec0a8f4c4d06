"""The picture of the system in README.md, drawn from this file: `python -m docs.picture` writes docs/system.svg."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 1180, 490
INK, QUIET, PAPER, LINE = "#1b1b1b", "#5c5c5c", "#ffffff", "#71767a"
FONT = "-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Column:
    """One step from left to right: who does it, what it is called, and what lies in it."""

    who: str
    title: str
    fill: str
    boxes: tuple[tuple[str, str], ...]  # what, and what it is in a few words


COLUMNS = (
    Column(
        "a state defines",
        "where, what work, how",
        "#e1f3f8",
        (
            ("Region systems", "counties, labor market regions,\nworkforce areas; dated, not nested"),
            ("In-demand jobs", "occupation × region,\nwith evidence and a named rule"),
            ("Career paths", "ordered steps in versions,\nwith hours, cost, credential"),
        ),
    ),
    Column(
        "boards, colleges and files record",
        "facts",
        "#ecf3ec",
        (
            ("Participants", "the only room with names;\nnumbers are kept sealed"),
            ("Enrollments", "one person on one path: services,\nsteps, credentials"),
            ("Employment", "person × quarter × employer\n× source"),
        ),
    ),
    Column(
        "pure functions derive",
        "everything else",
        "#fef0c8",
        (
            ("Participation", "entry and exit, also retroactively\n(90 days without a service)"),
            ("One frame", "a row per participation,\nthe federal record's elements"),
            ("Outcomes", "cohort, figure and receipt,\nper region and period"),
        ),
    ),
    Column(
        "people read",
        "answers",
        "#f3e1f5",
        (
            ("State staff", "outcomes: CSV, XLSX, Parquet,\nGeoJSON, GeoPackage, maps"),
            ("Partners", "their caseload, over API,\ncommand line and SDK"),
            ("Policymakers, public", "releases: certified, protected\n(not yet: refused until then)"),
        ),
    ),
)
LEFT, TOP, BOX, TALL, GAP, ACROSS = 20, 74, 250, 84, 18, 46


def text(x: float, y: float, words: str, *, size: int = 14, weight: int = 400, colour: str = INK, anchor: str = "start") -> str:
    """One line of text."""
    style = f'font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def box(x: float, y: float, fill: str, title: str, about: str) -> list[str]:
    """A thing, with a line or two about it."""
    lines = about.split("\n")
    drawn = [f'<rect x="{x:g}" y="{y:g}" width="{BOX}" height="{TALL}" rx="8" fill="{fill}" stroke="{LINE}"/>']
    drawn.append(text(x + 14, y + 28, title, size=16, weight=600))
    return drawn + [text(x + 14, y + 50 + 18 * n, line, size=13, colour=QUIET) for n, line in enumerate(lines)]


def arrow(x: float, y: float) -> str:
    """From one column to the next."""
    return f'<path d="M{x + 6:g} {y:g} h{ACROSS - 18} m-8 -6 l8 6 l-8 6" fill="none" stroke="{LINE}" stroke-width="2"/>'


def draw() -> str:
    """The whole picture as SVG."""
    height = TOP + 3 * TALL + 2 * GAP
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="{PAPER}"/>']
    for n, column in enumerate(COLUMNS):
        x = LEFT + n * (BOX + ACROSS)
        parts += [text(x, 30, column.who, size=13, colour=QUIET), text(x, 54, column.title, size=20, weight=700)]
        for row, (title, about) in enumerate(column.boxes):
            parts += box(x, TOP + row * (TALL + GAP), column.fill, title, about)
        if n < len(COLUMNS) - 1:
            parts.append(arrow(x + BOX, TOP + TALL + GAP + TALL / 2))
    y = height + 22
    wide = len(COLUMNS) * (BOX + ACROSS) - ACROSS
    parts.append(f'<rect x="{LEFT}" y="{y}" width="{wide}" height="58" rx="8" fill="#f0f0f0" stroke="{LINE}"/>')
    parts.append(text(LEFT + 14, y + 25, "One write path", size=16, weight=600))
    parts.append(
        text(
            LEFT + 14,
            y + 45,
            "request, file and demo: the same checks, one statement per act, audited in its transaction",
            size=13,
            colour=QUIET,
        )
    )
    middle = LEFT + wide / 2 + 40
    parts.append(text(middle, y + 25, "PostgreSQL 18, embedded or your own", size=16, weight=600))
    parts.append(text(middle, y + 45, "states kept apart by forced row policies and composite keys", size=13, colour=QUIET))
    parts.append(
        text(
            LEFT,
            y + 84,
            "Facts are recorded, the rest is derived: no endpoint takes an exit date, a period or a rate.",
            size=14,
            weight=600,
        )
    )
    label = "A state defines regions, in-demand jobs and career paths; partners record facts; outcomes are derived; people read answers."
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" font-family="{FONT}">'
    return "\n".join([head, *parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("system.svg").write_text(draw())
