"""The federal indicators by worked examples, as tables: they are tests (test_federal_examples.py) and a page of docs/.

Sources: TEGL 10-16 Change 3 (here: TEGL) with its attachments; T17-04, the guidance on supplemental wage information; T20-02, the one on
negotiations; DOL, the Department's own analysis code; and the readings, by their names, where these leave room.

A record entered on 2024-01-10 and exited on 2024-05-20 if it says nothing else, and is asked of in the first quarter's report that can have
it: for the second quarter after exit that of 2025-06-30, for the fourth that of 2025-12-31, for gains that of 2024-06-30. What it holds
is written `element=value`; dates without dashes. Where it is counted: numerator, denominator, or the reason for which it is left out.
"""

import re
from dataclasses import dataclass

RECORDS = """
unsubsidized employment
  TEGL A | adult | employment_rate_q2 | 1602=1 | numerator
apprentices and the military are employed
  TEGL Att. I | dislocated_worker | employment_rate_q2 | 1602=2 | numerator
  TEGL Att. I | wagner_peyser | employment_rate_q4 | 1606=3 | numerator
not employed
  TEGL A | adult | employment_rate_q2 | 1602=0 | denominator
no number, no record, no supplemental information, and the cohort is due
  T17-04 p. 6 | adult | employment_rate_q2 | | denominator
  T17-04 p. 6 | adult | median_earnings_q2 | | not_employed
not yet available in a cohort that is due
  code9 | adult | employment_rate_q2 | 1602=9 | outcome_not_yet_available
  code9=negative | adult | employment_rate_q2 | 1602=9 | denominator
earnings not yet available leave the median alone
  wage9_leaves_employment | adult | employment_rate_q2 | 1602=1 1704=999999.99 | numerator
  wage_999999_99 | adult | median_earnings_q2 | 1602=1 1704=999999.99 | outcome_not_yet_available
work in the second quarter says nothing of the fourth
  TEGL B | adult | employment_rate_q4 | 1602=1 | denominator
institutionalized, in treatment, deceased, called to duty: out of all
  TEGL Att. II A | adult | employment_rate_q2 | 1602=1 923=01 | institutionalized
  TEGL Att. II A | dislocated_worker | employment_rate_q4 | 1606=1 923=02 | health_medical
  TEGL Att. II A | adult | employment_rate_q2 | 1602=1 923=03 | deceased
  TEGL Att. II A | adult | employment_rate_q4 | 1606=1 923=03 | deceased
  TEGL Att. II A | adult | median_earnings_q2 | 1602=1 1704=8200.00 923=03 | deceased
  TEGL Att. II A | adult | credential_attainment | 1303=06 923=03 | deceased
  TEGL Att. II A | adult | measurable_skill_gains | 1811=20240110 923=03 | deceased
  TEGL Att. II A | statewide | retention_same_employer | 1602=1 1618=1 923=03 | deceased
  TEGL Att. II B | youth | youth_rate_q2 | 1602=1 923=04 | reserve_called_to_duty
foster care is about Youth
  TEGL Att. II B | youth | youth_rate_q2 | 1602=1 923=05 | foster_care
  TEGL Att. II B | adult | employment_rate_q2 | 1602=1 923=05 | numerator
  code05_everywhere | adult | median_earnings_q2 | 1602=1 1704=8200.00 923=05 905=1 | numerator
  code05_everywhere | youth | median_earnings_q2 | 1602=1 1704=8200.00 923=05 903=1 | foster_care
  code05_in_youth_retention | statewide | retention_same_employer | 1602=1 1618=1 923=05 905=1 | foster_care
  code05_in_youth_retention | statewide | retention_same_employer | 1602=1 1618=1 923=05 | numerator
ineligible is Vocational Rehabilitation's
  code06 | adult | employment_rate_q2 | 1602=1 923=06 | numerator
a criminal offender is out of what comes after exit, not of the gains
  code07 | adult | employment_rate_q2 | 1602=1 923=07 | criminal_offender
  code07_in_q4 | adult | employment_rate_q4 | 1606=1 923=07 | criminal_offender
  TEGL E | adult | measurable_skill_gains | 1811=20240110 1809=20240301 923=07 | numerator
retirement is no exclusion
  TEGL Att. II | dislocated_worker | employment_rate_q2 | 1602=0 923=00 | denominator
counts carry no exclusion
  settled | adult | participants_served@2024-06-30 | 923=03 | numerator
  settled | adult | participants_exited@2024-09-30 | 923=03 | numerator
additional assistance by rapid response
  dw_909 | dislocated_worker | employment_rate_q2 | 903=0 904=0 909=1 1602=1 | numerator
a reportable individual is in no program
  PIRL 903, 918 | adult | participants_served@2024-06-30 | 903=4 | not_in_program
  PIRL 903, 918 | wagner_peyser | participants_served@2024-06-30 | 918=2 | not_in_program
Youth in training, postsecondary or secondary education
  TEGL A-1 | youth | youth_rate_q2 | 1602=0 1900=1 | numerator
  TEGL A-1 | youth | youth_rate_q2 | 1602=0 1900=2 | numerator
  TEGL B-1 | youth | youth_rate_q4 | 1606=0 1901=3 | numerator
  TEGL A-1 | youth | youth_rate_q2 | 1602=0 1900=0 | denominator
  TEGL A-1 | youth | youth_rate_q2 | 1602=0 1901=1 | denominator
  TEGL C | youth | median_earnings_q2 | 1602=0 1900=1 | not_employed
  placed_but_employment_unknown | youth | youth_rate_q2 | 1602=9 1900=1 | numerator
  code9 | youth | youth_rate_q2 | 1602=9 1900=0 | outcome_not_yet_available
  TEGL A | adult | employment_rate_q2 | 1602=0 1900=1 905=1 | denominator
earnings: employed, known, more than nothing
  TEGL C | adult | median_earnings_q2 | 1602=1 1603=1 1704=8200.00 | numerator
  TEGL C | adult | median_earnings_q2 | 1602=1 1704=0 | wages_missing
  settled | adult | median_earnings_q2 | 1602=1 1603=4 | wages_missing
  TEGL C | adult | median_earnings_q2 | 1602=1 1603=5 1704=8200.00 | outcome_not_yet_available
  settled | adult | median_earnings_q2 | 1602=1 1603=9 1704=8200.00 | outcome_not_yet_available
  TEGL C | adult | median_earnings_q2 | 1602=9 1704=8200.00 | outcome_not_yet_available
an occupational certificate seven months after exit
  TEGL D | adult | credential_attainment | 900=20220110 901=20220520 1303=06 1800=5 1801=20221215 | numerator
a diploma while participating, no job and no further education
  TEGL D | youth | credential_attainment | 408=0 1401=1 1800=1 1801=20240510 | denominator
a diploma with work in one of the four quarters
  TEGL D | youth | credential_attainment | 408=0 1401=1 1800=1 1801=20240510 1600=1 | numerator
  diploma_q4 | youth | credential_attainment | 408=0 1401=1 1800=1 1801=20240510 1606=1 | numerator
a diploma with further education after exit
  TEGL D | youth | credential_attainment | 408=0 1401=1 1800=1 1801=20240510 1406=20240901 | numerator
  further_education_before_exit | youth | credential_attainment | 408=0 1401=1 1800=1 1801=20240510 1406=20240520 | denominator
a diploma of somebody in training
  diploma_needs_secondary | adult | credential_attainment | 408=0 1303=06 1800=1 1801=20240510 1602=1 | numerator
on-the-job or customized training alone
  TEGL D | dislocated_worker | credential_attainment | 1303=01 | not_in_training
  TEGL D | dislocated_worker | credential_attainment | 1303=05 | not_in_training
on-the-job training and another
  TEGL D | dislocated_worker | credential_attainment | 1303=01 1310=06 | denominator
apprenticeship, youth occupational training; not 11, 12, 00
  DOL | adult | credential_attainment | 1303=09 | denominator
  DOL | youth | credential_attainment | 1315=10 | denominator
  DOL | adult | credential_attainment | 1303=11 1310=12 1315=00 | not_in_training
a credential before entry
  credential_before_entry | adult | credential_attainment | 1303=06 1800=6 1801=20231101 | denominator
within one year: 365 days, or the same date
  one_year | adult | credential_attainment | 901=20230520 1303=06 1800=5 1801=20240519 | numerator
  one_year | adult | credential_attainment | 901=20230520 1303=06 1800=5 1801=20240520 | denominator
  one_year=anniversary | adult | credential_attainment | 901=20230520 1303=06 1800=5 1801=20240520 | numerator
  one_year=anniversary | adult | credential_attainment | 901=20230520 1303=06 1800=5 1801=20240521 | denominator
a certificate of attendance in secondary education
  no_diploma | youth | credential_attainment | 408=3 1401=1 | not_in_training
Youth in school, by the formula and by the text
  youth_credential | youth | credential_attainment | 409=1 | not_in_training
  youth_credential=text | youth | credential_attainment | 409=1 | denominator
  youth_credential=text | youth | credential_attainment | 409=2 | denominator
  youth_credential=text | youth | credential_attainment | 409=3 | denominator
  youth_credential=text | youth | credential_attainment | 409=6 | not_in_training
  youth_credential=text | youth | credential_attainment | 409=4 1332=1 | denominator
  youth_credential=text | youth | credential_attainment | 409=4 1401=1 | denominator
  youth_credential=text | youth | credential_attainment | 409=5 1303=06 | not_in_training
  youth_credential=text | youth | credential_attainment | 409=5 1303=10 | denominator
  youth_credential=text | youth | credential_attainment | 409=5 1407=20240301 | denominator
  youth_credential=text | youth | credential_attainment | 409=5 911=1 | denominator
  youth_credential=text | youth | credential_attainment | 409=5 919=YB123451536A36 | denominator
  youth_credential=text | adult | credential_attainment | 409=1 | not_in_training
a gain of each type in the program year
  TEGL E, type 1 | adult | measurable_skill_gains | 1811=20240110 1806=20240301 | numerator
  TEGL E, type 2 | adult | measurable_skill_gains | 1811=20240110 1802=1 1803=20240301 | numerator
  TEGL E, type 3 | adult | measurable_skill_gains | 1811=20240110 1807=20240301 | numerator
  TEGL E, type 3 | youth | measurable_skill_gains | 1811=20240110 1808=20240301 | numerator
  TEGL E, type 4 | adult | measurable_skill_gains | 1811=20240110 1809=20240301 | numerator
  TEGL E, type 5 | adult | measurable_skill_gains | 1811=20240110 1810=20240301 | numerator
another credential is no gain
  TEGL E | adult | measurable_skill_gains | 1811=20240110 1800=5 1801=20240301 | denominator
Chris enters, gains twice and exits; enters again and gains once: two periods, two gains
  TEGL E | adult | measurable_skill_gains:program_year@2023-06-30 | 900=20221002 901=20230210 1811=20221002 1806=20221201 1809=20230110 | numerator
  TEGL E | adult | measurable_skill_gains:program_year@2023-06-30 | 900=20230611 901= 1811=20230611 1810=20230628 | numerator
completed before the program year, still in the program
  TEGL E | adult | measurable_skill_gains:program_year@2025-06-30 | 900=20230901 901= 1811=20230901 1813=20240530 | education_completed_earlier
left before the program year, education never completed
  msg_must_participate | adult | measurable_skill_gains:program_year@2025-06-30 | 1811=20240110 | exited_earlier
a gain after exit, in the program year
  msg_gain_while_participating | adult | measurable_skill_gains | 1811=20240110 1800=1 1801=20240610 | denominator
a gain of the quarter before, in the program year to date
  msg_quarter_to_date | adult | measurable_skill_gains@2024-06-30 | 900=20230801 1811=20230801 1809=20230815 | numerator
the four quarters that end with the report
  msg_rolling | adult | measurable_skill_gains:rolling_4@2024-09-30 | 901= 1811=20240110 1809=20240215 | numerator
  msg_quarter_to_date | adult | measurable_skill_gains@2024-09-30 | 901= 1811=20240110 1809=20240215 | denominator
a death that comes after the report
  msg_later_exit_excludes | adult | measurable_skill_gains@2024-03-31 | 1811=20240110 923=03 | denominator
the same employer in both quarters
  TEGL F | statewide | retention_same_employer | 1602=1 1606=1 1618=1 | numerator
  TEGL F | statewide | retention_same_employer | 1602=1 1606=1 1618=0 | denominator
  settled | statewide | retention_same_employer | 1602=1 1606=1 | denominator
  TEGL F | statewide | retention_same_employer | 1602=0 1606=1 1618=0 | not_employed
  retention_needs_q4_known | statewide | retention_same_employer | 1602=1 1606=9 | outcome_not_yet_available
  TEGL F | statewide | retention_same_employer | 903=0 932=1 1602=1 1618=1 | not_in_program
"""  # noqa: E501 - a table

EARNINGS = (
    ("three who are counted, two who are not", ("1 8200.00", "1 999999.99", "0 0.00", "3 9100.00", "1 4300.00"), "8200.00"),
    ("an even number: the mean of the two in the middle, unrounded", ("1 8200.00", "1 8200.01", "1 100.00", "2 9000.00"), "8200.005"),
    ("one", ("1 0.01",), "0.01"),
    ("nobody", ("0 0.00",), None),
)
"""What those who exited hold in 1602 and 1704, and the median."""

ROUNDED = ((16244, 24000, "67.7 %"), (20000, 30000, "66.7 %"), (13000, 18000, "72.2 %"), (1, 16, "6.3 %"), (1, 2000, "0.1 %"))
"""Numerator, denominator and the rate as form ETA-9169 shows it: rounded half up to 0.1 %."""

SEMESTERS = (
    ("12 hours in one semester", (("2024-12-15", 12),), "yes"),
    ("11 hours in one", (("2024-12-15", 11),), "no"),
    ("part-time: 12 hours over two semesters within 12 months", (("2024-12-15", 6), ("2025-05-15", 6)), "yes"),
    ("12 hours over three", (("2024-05-15", 4), ("2024-12-15", 4), ("2025-05-15", 4)), "no"),
    ("two semesters more than 12 months apart", (("2024-05-15", 6), ("2025-12-15", 6)), "no"),
)
"""Semesters, by the day on which each was completed and its credit hours, and whether they are a gain: TEGL, section E, type 3."""

WINDOWS = (
    ("quarter@2025-09-30", "2025-07-01 ~ 2025-09-30", "2025-04-01 ~ 2025-06-30", "2024-07-01 ~ 2024-09-30", "2024-01-01 ~ 2024-03-31"),
    ("rolling_4@2025-09-30", "2024-10-01 ~ 2025-09-30", "2024-07-01 ~ 2025-06-30", "2023-10-01 ~ 2024-09-30", "2023-04-01 ~ 2024-03-31"),
    ("program_year@2025-06-30", "2024-07-01 ~ 2025-06-30", "2024-04-01 ~ 2025-03-31", "2023-07-01 ~ 2024-06-30", "2023-01-01 ~ 2023-12-31"),
    ("program_year@2025-09-30", "2025-07-01 ~ 2025-09-30", "2025-04-01 ~ 2025-06-30", "2024-07-01 ~ 2024-09-30", "2024-01-01 ~ 2024-03-31"),
    ("quarter@2025-11-15", "2025-07-01 ~ 2025-09-30", "2025-04-01 ~ 2025-06-30", "2024-07-01 ~ 2024-09-30", "2024-01-01 ~ 2024-03-31"),
)
"""A report, and whom it looks at: who was served; exits; exits whose second and whose fourth quarter after are in it."""

FIRST_REPORTS = (
    ("2024-07-01 to 2024-09-30", "2024-07-01", "2025-09-30", "2025", "2026-03-31"),
    ("2023-08-20", "2023-08-20", "2024-09-30", "2024", "2025-03-31"),
    ("2024-03-05", "2024-03-05", "2025-03-31", "2024", "2025-09-30"),
)
"""Exits, a day of them, the first quarterly report with their second quarter after, its annual report, the first one with their fourth."""

REPORTS = {2: "quarter@2025-06-30", 4: "quarter@2025-12-31", -1: "quarter@2024-09-30", -2: "quarter@2024-06-30"}
AFTER = {"employment_rate_q2": 2, "youth_rate_q2": 2, "median_earnings_q2": 2, "participants_exited": -1, "participants_served": -2}
PROGRAMS = {"adult": "903", "dislocated_worker": "904", "youth": "905", "wagner_peyser": "918", "dwg": "932", "statewide": "903"}


@dataclass(frozen=True)
class Example:
    """A record, and where an indicator of a program counts it in a report."""

    name: str
    rule: str
    program: str
    indicator: str
    report: str
    holds: str
    place: str

    @property
    def record(self) -> dict[str, str]:
        """Its cells: those that it says, its program's, an entry and an exit."""
        said = dict(cell.split("=", 1) for cell in self.holds.split())
        return {"900": "20240110", "901": "20240520", PROGRAMS[self.program]: "1"} | said

    @property
    def reading(self) -> list[str]:
        """The reading that is chosen for it, if it is not the default."""
        return [self.rule] if re.fullmatch(r"[a-z_0-9]+=\w+", self.rule) else []


def _parsed() -> list[Example]:
    found = []
    name = ""
    for line in RECORDS.strip().splitlines():
        if not line.startswith("  "):
            name = line
            continue
        rule, program, asked, holds, place = (cell.strip() for cell in line.split("|"))
        indicator, _, at = asked.replace(":", "@", 1).partition("@")
        report = REPORTS[AFTER.get(indicator, -2 if indicator == "measurable_skill_gains" else 4)]
        if at:
            report = at if "@" in at else f"quarter@{at}"
        elif "901=2023" in holds or "901=2022" in holds:  # the first report that has the year around this exit
            report = "quarter@2024-12-31" if "901=2023" in holds else "quarter@2023-12-31"
        found.append(Example(name, rule, program, indicator, report, holds, place))
    return found


EXAMPLES = tuple(_parsed())
