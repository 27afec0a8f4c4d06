"""The rules by which an occupation is designated as in demand. A definition names one of `RULES`; there are no others.

29 USC 3102(23) (WIOA §3(23)): an in-demand occupation has, or is projected to have, a sufficient number of positions, including positions
that lead to economic self-sufficiency and opportunities for advancement, to have a significant impact on the economy. The state or local
board decides, on labor market information. There is no national list and no national formula.
"""

from collections.abc import Callable, Mapping

import polars as pl

MINIMUM_JOBS = 50
JOBS_IN_TEN_THOUSAND = 6  # 0.06 % of the area's jobs
PAY_PERCENT = 120  # of the area's all-occupation median, reached by the 75th percentile
PAY_PERCENT_MIDDLE = 80  # the same for Job Zone 3
MIDDLE_ZONE = 3
ZONES = (2, 4)  # from some preparation to a bachelor's degree

# Managers, and the minor groups of first-line supervisors (SOC 2018: 33-1000, 35-1000, … 53-1000).
PROMOTED = r"^(11-|3[3579]-1|4[13579]-1|5[13]-1)"
RESIDUAL = r"\bAll Other\b"
TIPPED = r"^35-3"  # food and beverage serving workers (SOC 35-3000)


def oews_share_v1() -> pl.Expr:
    """Whether an occupation is in demand in an OEWS area, by the area's own figures. All six must hold.

    1. *Positions*: at least 50 jobs, and at least six of every 10,000 in the area (0.06 %).
    2. *Preparation*: Job Zone 2, 3 or 4: work that one prepares for, up to a bachelor's degree. Work that needs little or no preparation
       (zone 1) and work that needs a graduate degree (zone 5) is out, as is what has no zone.
    3. *Pay*: the 75th percentile of annual wages, where an experienced worker can arrive, is at least 120 % of the area's median of all
       occupations; for Job Zone 3 (vocational school, related experience or an associate's degree) 80 % of it, because that is where the
       ladders of health care, trades and education begin.
    4. *Entered, not promoted into*: no managers (SOC 11-0000) and no first-line supervisors.
    5. *Named work*: no residual occupation ("…, All Other").
    6. *Wages, not tips*: no food and beverage serving (SOC 35-3000), whose OEWS wages contain tips (OEWS Technical Notes, wages).

    What was not released proves nothing: a suppressed figure fails its condition. A top-coded wage is at least its bound and counts so.

    The frame has one row per area and occupation with `code`, `title`, `employment`, `p75`, `p75_at_least` (the bound of a top-coded
    wage), `job_zone`, `area_employment`, `area_median`. The answer is true or false, never null. Whole numbers only, so it is exact.

    Where it comes from: Washington's list (Employment Security Department, 2016) asks for 50 jobs and 0.08 % of openings; New York's
    career tool calls a job an opportunity if its median wage reaches that of all occupations. Those two alone list every second
    occupation of a small area, kitchens and executive suites among them. Tuned on New York's figures of May 2025: 0.06 % lets in
    phlebotomists, information security analysts and web designers where there are real numbers of them; 80 % keeps nursing assistants,
    pharmacy technicians and preschool teachers, 120 % keeps welders, machine operators and truck drivers while stocking, counters and
    most call centers go. It lists 211 of the 762 occupations with figures in an area that one of the ten labor market regions touches; a
    region's own list holds 125 to 179 of them, 154 of 597 on average (18 to 36 %). Solar installers (0.02 % of any area) and childcare
    workers (75th percentile about 0.7 of the median) do not pass.
    """
    reached = pl.coalesce("p75", "p75_at_least") * 100
    percent = pl.when(pl.col("job_zone") == MIDDLE_ZONE).then(PAY_PERCENT_MIDDLE).otherwise(PAY_PERCENT)
    return (
        (pl.col("employment") >= MINIMUM_JOBS)
        & (pl.col("employment") * 10_000 >= pl.col("area_employment") * JOBS_IN_TEN_THOUSAND)
        & pl.col("job_zone").is_between(*ZONES)
        & (reached >= percent * pl.col("area_median"))
        & ~pl.col("code").str.contains(PROMOTED)
        & ~pl.col("title").str.contains(RESIDUAL)
        & ~pl.col("code").str.contains(TIPPED)
    ).fill_null(value=False)


RULES: Mapping[str, Callable[[], pl.Expr]] = {"oews_share_v1": oews_share_v1}

DECIDED = "board_decision"  # no formula: a board decided, and its own evidence stands in the list
RULE_NAMES = (*RULES, DECIDED)
