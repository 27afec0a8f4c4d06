"""Worked examples as a page: the tables of tests/spec, each row of which is a test."""

from tests.spec import federal_examples as federal
from tests.spec import participation_examples as participation
from tests.spec import target_examples as targets

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


def youth() -> Section:
    """When an element of Youth counts."""
    about = (
        "An element makes a participant once eligibility, objective assessment and service strategy are settled (TEGL 10-16 Change 3,\n"
        "Attachment VII, Table B; what lasts until then: reading `youth_settled`). All days are of 2026."
    )
    rows = [
        [case, *(day or "" for day in days[:4]), days[4] or "still runs", days[5] or "never"] for case, days in participation.YOUTH.items()
    ]
    head = ["case", "eligibility", "assessment", "strategy", "the element's first day", "its last", "it counts from"]
    return "Youth", about, head, rows


def quarters() -> Section:
    """Quarters after exit."""
    about = "Only the quarter of the exit matters, not the day in it (TEGL 10-16 Change 3, page 23)."
    return "Quarters after exit", about, ["exit", "first quarter after", "second", "fourth"], [list(row) for row in participation.QUARTERS]


def windows() -> Section:
    """Whom a report looks at."""
    about = (
        "What happens n quarters after the exit quarter is in a report two quarters later at the earliest (T17-04, pages 9 and 10);\n"
        "a program year's windows are cut at what can be in before its end."
    )
    columns = ["report", "served", "exited", "exits whose second quarter after", "whose fourth"]
    return "Whom a report looks at", about, columns, [list(row) for row in federal.WINDOWS]


def first_reports() -> Section:
    """The first report that can have an exit."""
    columns = ["exit", "second quarter after, in the report of", "annual report of program year", "fourth, in the report of"]
    rows = [[exits, *reports] for exits, _, *reports in federal.FIRST_REPORTS]
    return "The first report that has an exit", "T17-04, Table 2, and its example on page 9.", columns, rows


def indicators() -> Section:
    """Where an indicator counts a record."""
    about = (
        "A record of the program entered on 2024-01-10 and exited on 2024-05-20, if it says nothing else. Numerator, denominator, or the\n"
        "reason for which it is left out: [the closed list](compute.md#row-by-row). TEGL is TEGL 10-16 Change 3, T17-04 the guidance on\n"
        "supplemental wage information, DOL the Department's analysis code, other words are [readings](readings.md)."
    )
    columns = ["case", "rule", "program", "indicator", "report", "the record holds", "it is in"]
    rows = [[e.name, e.rule, e.program, f"`{e.indicator}`", e.report, f"`{e.holds}`" if e.holds else "", e.place] for e in federal.EXAMPLES]
    return "Federal indicators", about, columns, rows


def earnings() -> Section:
    """Medians."""
    about = "What those who exited hold in 1602 and 1704, and the median (TEGL, section C; readings `wage_999999_99` and `median_even`)."
    rows = [[name, "<br>".join(records), median or "no figure"] for name, records, median in federal.EARNINGS]
    return "Median earnings", about, ["case", "1602 and 1704", "median"], rows


def transcripts() -> Section:
    """Transcripts that are a gain."""
    about = "The day on which each semester was completed, and its credit hours; the academic standards are met (TEGL, section E, type 3)."
    rows = [[name, "<br>".join(f"{day}: {hours}" for day, hours in semesters), gain] for name, semesters, gain in federal.SEMESTERS]
    return "Postsecondary transcripts", about, ["case", "semesters", "a gain"], rows


def rounding() -> Section:
    """Rates as they are shown."""
    about = "Rates are exact until they are shown, and then rounded half up to 0.1 %, as on form ETA-9169 (T20-02, Attachment I)."
    return "Rates", about, ["numerator", "denominator", "shown"], [[f"{n:,}", f"{d:,}", shown] for n, d, shown in federal.ROUNDED]


def levels() -> Section:
    """Adjusted levels."""
    about = "The negotiated level and the difference that the model finds between those who were served and those expected."
    columns = ["source", "negotiated", "estimate before", "after", "factor", "adjusted level"]
    return "Adjusted levels", about, columns, [list(row) for row in targets.ADJUSTED]


def scores() -> Section:
    """Scores."""
    about = (
        "Actual over adjusted level, exact, and truncated to 0.1 % where it is shown. A program's overall score (T20-02, Table 1) and an\n"
        "indicator's (Attachment I) are means of what was not truncated. Below 50 % a single score fails, below 90 % an overall one."
    )
    rows = [["", *row] for row in targets.INDIVIDUAL]
    for heading, each, (shown, exact, fails) in (
        ("a program", targets.PROGRAM, targets.PROGRAM_OVERALL),
        ("an indicator", targets.INDICATOR, targets.INDICATOR_OVERALL),
    ):
        rows += [*([heading, *row] for row in each), [heading, "**overall**", f"mean {exact}", "", shown, fails]]
    return "Scores", about, ["", "case", "actual", "adjusted level", "score", "fails"], rows


SECTIONS = (services, periods, youth, quarters, windows, first_reports, indicators, earnings, transcripts, rounding, levels, scores)
