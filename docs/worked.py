"""Worked examples as a page: the tables of tests/spec, each row of which is a test."""

from tests.spec import participation_examples as participation

Cells = list[list[str]]
Section = tuple[str, str, list[str], Cells]
"""A heading, what the table says, its columns, its rows."""


def services() -> Section:
    """What services do."""
    about = (
        "By TEGL 10-16 Change 3, Attachment VII. Supportive, follow-up and rapid response services are given to participants alone.\n"
        "Beside the name that guidance has for it stand its key in the catalogue of services, and the type under which\n"
        "[a list of services of your own](participation.md#types) holds it."
    )
    words = {"-": "for participants alone"}
    rows = [
        [name, f"`{key}`", f"`{kind}`", words.get(starts, starts), extends] for name, key, kind, starts, extends in participation.TRIGGERS
    ]
    return "What a service does", about, ["service", "catalogue", "type", "makes a participant", "extends"], rows


def periods() -> Section:
    """Entries and exits."""
    about = (
        "What was recorded of one person, and the periods that are known on a day: entry ~ exit. TEGL is TEGL 10-16 Change 3, numbers\n"
        "are of 20 CFR, words are [readings](readings.md). A service is counseling on a day, or training where it lasts, and Adult's, if\n"
        "nothing else stands beside it; `from ~` still runs. A planned gap is documented on a day > for a day."
    )
    rows = [[one.name, one.rule, *one.cells[1:4], "<br>".join(one.cells[4].split(", "))] for one in participation.PERIODS]
    return "Participation and exit", about, ["case", "rule", "services", "planned gaps", "asked on", "periods"], rows


def quarters() -> Section:
    """Quarters after exit."""
    about = "Only the quarter of the exit matters, not the day in it (TEGL 10-16 Change 3, page 23)."
    return "Quarters after exit", about, ["exit", "first quarter after", "second", "fourth"], [list(row) for row in participation.QUARTERS]


SECTIONS = (services, periods, quarters)
