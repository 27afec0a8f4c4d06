"""The definitions of the indicators in words, with version and source: what a receipt and a workbook print.

A version goes up with every change that could change a figure. T17-01 stands for TEGL 10-16 Change 3 (June 2024), T17-04 for the
guidance on supplemental wage information (July 2025).
"""

from collections.abc import Mapping

from app.outcomes.indicators import Definition, Population

ALL, WIOA = Population.ALL_LEARNERS, Population.WIOA_PARTICIPANTS
OURS = "the program's own"  # no federal rule says it

TITLES: Mapping[str, str] = {
    "enrolled": "Enrolled",
    "participants_served": "Served",
    "participants_exited": "Exited",
    "completion_rate": "Completion rate",
    "credential_rate": "Credential rate",
    "employment_rate_q2": "Employed Q2",
    "employment_rate_q4": "Employed Q4",
    "median_earnings_q2": "Median earnings Q2",
    "in_demand_placement": "In-demand placement",
}

_LEARNERS_END = "completed or withdrew in the cohort's quarters"
_BASIS = "whose wages may be matched, because they took part in a program or under their partner's agreement"
_EXCUSED = "Left out: who was institutionalized, in medical treatment, deceased or called to duty"

_SAID: Mapping[tuple[str, Population], tuple[int, str, str]] = {
    ("enrolled", ALL): (1, OURS, "Enrollments on career paths that began in the cohort's quarters."),
    ("enrolled", WIOA): (1, OURS, "Of these, the enrollments of people who were in a period of participation on a day of the enrollment."),
    ("participants_served", ALL): (1, OURS, "Enrollments on career paths that were active on a day of the cohort's quarters."),
    ("participants_served", WIOA): (
        1,
        "T17-01; 20 CFR 677.150(a)",
        "Periods of participation that were open, entry to exit, on a day of the cohort's quarters.",
    ),
    ("participants_exited", ALL): (
        1,
        OURS,
        "Enrollments on career paths that ended, by completion or withdrawal, in the cohort's quarters.",
    ),
    ("participants_exited", WIOA): (
        1,
        "T17-01; 20 CFR 677.150(c)",
        "Periods of participation whose exit, the last day served when 90 days without one have passed, lies in the cohort's quarters.",
    ),
    ("completion_rate", ALL): (
        1,
        OURS,
        (
            "Of the enrollments whose planned end and the state's grace after it fall into the cohort's quarters: those completed by the "
            "last day of these quarters. The others are active or withdrew."
        ),
    ),
    ("completion_rate", WIOA): (
        1,
        OURS,
        "The same, of the enrollments of people who were in a period of participation on a day of the enrollment.",
    ),
    ("credential_rate", ALL): (
        1,
        f"{OURS}, after T17-01, section D",
        (
            f"Of the enrollments that {_LEARNERS_END}, on paths that award a recognized postsecondary credential: those whose learner was "
            f"awarded one between the first day and 365 days after the last. {_EXCUSED}."
        ),
    ),
    ("credential_rate", WIOA): (
        1,
        "29 USC 3141(b)(2)(A)(i)(IV); T17-01, section D and Attachment II",
        (
            "Of the periods that exited in the cohort's quarters, under a program other than Wagner-Peyser alone, with training other than "
            "on-the-job or customized training alone, or in secondary education without a diploma: those with a recognized postsecondary "
            "credential awarded from entry to 365 days after exit, or with a diploma then and, within a year after exit, employment or "
            f"further education. {_EXCUSED}, in foster care (youth alone) or a criminal offender."
        ),
    ),
    ("employment_rate_q2", ALL): (
        1,
        f"{OURS}, after T17-01, section A",
        (
            f"Of the enrollments that {_LEARNERS_END}, of learners {_BASIS}: those in unsubsidized employment in the second quarter after "
            f"the one in which the enrollment ended. {_EXCUSED}."
        ),
    ),
    ("employment_rate_q2", WIOA): (
        1,
        "29 USC 3141(b)(2)(A)(i)(I); T17-01, section A and Attachment II; T17-04",
        (
            "Of the periods that exited in the cohort's quarters: those in unsubsidized employment in the second quarter after the exit "
            f"quarter. No record of work counts as not employed. {_EXCUSED}, in foster care (youth alone) or a criminal offender."
        ),
    ),
    ("employment_rate_q4", ALL): (
        1,
        f"{OURS}, after T17-01, section B",
        (
            f"Of the enrollments that {_LEARNERS_END}, of learners {_BASIS}: those in unsubsidized employment in the fourth quarter after "
            f"the one in which the enrollment ended. {_EXCUSED}."
        ),
    ),
    ("employment_rate_q4", WIOA): (
        1,
        "29 USC 3141(b)(2)(A)(i)(II); T17-01, section B and Attachment II; T17-04",
        (
            "Of the periods that exited in the cohort's quarters: those in unsubsidized employment in the fourth quarter after the exit "
            f"quarter. No record of work counts as not employed. {_EXCUSED}, in foster care (youth alone) or a criminal offender."
        ),
    ),
    ("median_earnings_q2", ALL): (
        2,
        f"{OURS}, after T17-01, section C",
        (
            f"The median of what those employed in the second quarter after earned in it, of learners {_BASIS}. {_EXCUSED}, and "
            "whose earnings are not known, or more than PIRL 1704 holds."
        ),
    ),
    ("median_earnings_q2", WIOA): (
        2,
        "29 USC 3141(b)(2)(A)(i)(III); T17-01, section C and Attachment II; T17-04",
        (
            "The median of what those employed in the second quarter after the exit quarter earned in it, all employers together. Of an "
            f"even number the mean of the two in the middle. {_EXCUSED}, in foster care (youth alone) or a criminal offender, and "
            "whose earnings are not known, or more than PIRL 1704 holds."
        ),
    ),
    ("in_demand_placement", ALL): (
        1,
        OURS,
        (
            "Of those employed in the second quarter after whose occupation is known: those in an occupation, by its six-digit SOC code, "
            f"that was in demand in the region of residence on the day of enrollment. Learners {_BASIS}. "
            f"{_EXCUSED}, and who lived where there is no list."
        ),
    ),
    ("in_demand_placement", WIOA): (
        1,
        f"{OURS}; in-demand as in 29 USC 3102(23)",
        (
            "The same of periods that exited in the cohort's quarters; the day is that of the first enrollment on a career path in the "
            "period, or the entry if there was none. Occupations are not in wage records: the figure says how many are known."
        ),
    ),
}

DEFINITIONS: Mapping[tuple[str, Population], Definition] = {
    (name, population): Definition(TITLES[name], version, citation, says) for (name, population), (version, citation, says) in _SAID.items()
}

FEDERAL: Mapping[str, Definition] = {
    "participants_served": Definition(
        "Served",
        1,
        "T17-01; 20 CFR 677.150(a)",
        "Periods of participation that were open, entry to exit, on a day of the cohort's quarters.",
    ),
    "participants_exited": Definition(
        "Exited", 1, "T17-01; 20 CFR 677.150(c)", "Periods of participation whose exit lies in the cohort's quarters."
    ),
    "employment_rate_q2": Definition(
        "Employed Q2", 1, "29 USC 3141(b)(2)(A)(i)(I); T17-01, section A", "Of those who exited: in unsubsidized employment (1602)."
    ),
    "employment_rate_q4": Definition(
        "Employed Q4", 1, "29 USC 3141(b)(2)(A)(i)(II); T17-01, section B", "Of those who exited: in unsubsidized employment (1606)."
    ),
    "youth_rate_q2": Definition(
        "Youth Q2",
        1,
        "29 USC 3141(b)(2)(A)(ii)(I); T17-01, section A-1",
        "Of the Youth who exited: in unsubsidized employment (1602), or in education or training (1900).",
    ),
    "youth_rate_q4": Definition(
        "Youth Q4",
        1,
        "29 USC 3141(b)(2)(A)(ii)(II); T17-01, section B-1",
        "Of the Youth who exited: in unsubsidized employment (1606), or in education or training (1901).",
    ),
    "median_earnings_q2": Definition(
        "Median earnings Q2",
        1,
        "29 USC 3141(b)(2)(A)(i)(III); T17-01, section C",
        "Of those employed in the second quarter after exit: the median of what they earned in it (1704).",
    ),
    "credential_attainment": Definition(
        "Credential attainment",
        1,
        "29 USC 3141(b)(2)(A)(i)(IV) and (iii); T17-01, section D",
        "Of those in education or training: with a recognized credential from entry to a year after exit, a diploma by the special rule.",
    ),
    "measurable_skill_gains": Definition(
        "Measurable skill gains",
        1,
        "29 USC 3141(b)(2)(A)(i)(V); T17-01, section E",
        "Of those in education or training in the program year: with a gain of any type in it.",
    ),
    "retention_same_employer": Definition(
        "Retention with the same employer",
        1,
        "29 USC 3141(b)(2)(A)(i)(VI); 89 FR 13814; T17-01, section F",
        "Of those employed in the second quarter after exit: with the same employer in the fourth (1618).",
    ),
}
"""The indicators of a program's result, by name."""

REASONS: Mapping[str, str] = {
    "started_earlier": "began before the cohort's quarters",
    "started_later": "began after them",
    "not_in_program": "was not served by the program",
    "never_entered": "has no day of entry",
    "entered_later": "entered after the cohort's quarters",
    "ended_earlier": "ended before the cohort's quarters",
    "exited_earlier": "exited before the cohort's quarters",
    "still_active": "is still active",
    "still_open": "has no exit that is known",
    "due_earlier": "was due before the cohort's quarters",
    "not_yet_due": "came too late for this report",
    "not_a_participant": "was in no period of participation during the enrollment",
    "no_legal_basis": "took part in no program, and the partner has no agreement to match wages",
    "institutionalized": "left for an institution (PIRL 923 = 01)",
    "health_medical": "left for medical treatment (02)",
    "deceased": "died (03)",
    "reserve_called_to_duty": "was called to active duty (04)",
    "foster_care": "moved within foster care; youth alone (05)",
    "criminal_offender": "is a criminal offender in an institution (07)",
    "path_awards_none": "is on a path that awards no recognized postsecondary credential",
    "wagner_peyser_only": "was served by Wagner-Peyser alone, which has no credential indicator",
    "not_in_training": "was in no training that leads to a credential",
    "not_in_education": "was in no education or training program",
    "education_later": "began one after the cohort's quarters",
    "education_completed_earlier": "completed it before the cohort's quarters",
    "outcome_not_yet_available": "has an outcome recorded as not yet available",
    "q2_not_yet_available": "has employment in the second quarter recorded as not yet available",
    "not_employed": "was not employed",
    "wages_missing": "was employed, earnings unknown",
    "occupation_unknown": "was employed, occupation unknown",
    "no_list": "lived where no occupation was designated as in demand",
}
"""Why somebody is in neither numerator nor denominator, for people to read: "… left out, because he or she …"."""
