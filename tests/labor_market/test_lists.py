"""What turns recorded designations into wanted ones: ended, never edited."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.definitions import labor_market as definitions
from app.definitions.plan import What
from app.labor_market.designations import Designation, Evidence
from app.labor_market.lists import Changes, amended, changes, replaced

FIRST, SECOND, THIRD = date(2022, 7, 1), date(2024, 7, 1), date(2026, 7, 1)
TODAY = date(2026, 10, 31)


def job(
    code: str = "29-2052", since: date = FIRST, until: date | None = None, source: str = "the board", region: str = "west"
) -> Designation:
    return Designation("labor_market_region", region, "soc_2018", code, since, "board_decision", source, valid_until=until)


def told(found: Changes) -> tuple[list[str], list[str], list[str]]:
    """Added, ended and refused, as `code since` and `code since -> day`."""
    return (
        [f"{one.code} {one.valid_from}" for one in found.added],
        [f"{one.code} {one.valid_from} -> {day}" for one, day in found.ended],
        [f"{one.code} {one.valid_from}" for one, _ in found.refusals],
    )


@pytest.mark.parametrize(
    ("why", "recorded", "wanted", "expected"),
    [
        ("nothing there yet", [], [job()], (["29-2052 2022-07-01"], [], [])),
        ("the same again", [job()], [job()], ([], [], [])),
        ("no longer wanted: ends today", [job()], [], ([], ["29-2052 2022-07-01 -> 2026-10-31"], [])),
        ("over already, and not listed any more", [job(until=SECOND)], [], ([], [], [])),
        ("an end is set", [job()], [job(until=THIRD)], ([], ["29-2052 2022-07-01 -> 2026-07-01"], [])),
        ("an end comes earlier", [job(until=THIRD)], [job(until=SECOND)], ([], ["29-2052 2022-07-01 -> 2024-07-01"], [])),
        ("an end is not put off", [job(until=SECOND)], [job(until=THIRD)], ([], [], ["29-2052 2022-07-01"])),
        ("an end is not taken back", [job(until=SECOND)], [job()], ([], [], ["29-2052 2022-07-01"])),
        ("what is in force is not edited", [job()], [job(source="somebody")], ([], [], ["29-2052 2022-07-01"])),
        (
            "but replaced from a later day on",
            [job()],
            [job(since=THIRD, source="somebody")],
            (["29-2052 2026-07-01"], ["29-2052 2022-07-01 -> 2026-07-01"], []),
        ),
        (
            "and the file may keep what was",
            [job()],
            [job(until=THIRD), job(since=THIRD, source="somebody")],
            (["29-2052 2026-07-01"], ["29-2052 2022-07-01 -> 2026-07-01"], []),
        ),
        (
            "not from an earlier day on",
            [job(since=SECOND)],
            [job()],
            ([], ["29-2052 2024-07-01 -> 2026-10-31"], ["29-2052 2022-07-01"]),
        ),
        ("before it, if it ends in time", [job(since=SECOND)], [job(until=SECOND), job(since=SECOND)], (["29-2052 2022-07-01"], [], [])),
        (
            "into one that is over: its end comes earlier",
            [job(until=THIRD)],
            [job(since=SECOND, source="x")],
            (["29-2052 2024-07-01"], ["29-2052 2022-07-01 -> 2024-07-01"], []),
        ),
        (
            "the wanted one is over before the recorded begins",
            [job(since=THIRD)],
            [job(until=SECOND), job(since=THIRD)],
            (["29-2052 2022-07-01"], [], []),
        ),
        (
            "the wanted one reaches into the recorded",
            [job(since=SECOND)],
            [job(until=THIRD)],
            ([], ["29-2052 2024-07-01 -> 2026-10-31"], ["29-2052 2022-07-01"]),
        ),
        ("what has not begun cannot end", [job(since=date(2027, 1, 1))], [], ([], [], ["29-2052 2027-01-01"])),
        ("anew after a pause", [job(until=SECOND)], [job(until=SECOND), job(since=THIRD)], (["29-2052 2026-07-01"], [], [])),
        (
            "from a day to come on: until then what was",
            [job()],
            [job(since=TODAY + timedelta(days=9), source="x")],
            ([f"29-2052 {TODAY + timedelta(days=9)}"], [f"29-2052 2022-07-01 -> {TODAY + timedelta(days=9)}"], []),
        ),
        ("other regions are other jobs", [job(region="east")], [job(region="east"), job()], (["29-2052 2022-07-01"], [], [])),
    ],
)
def test_changes(
    why: str, recorded: list[Designation], wanted: list[Designation], expected: tuple[list[str], list[str], list[str]]
) -> None:
    assert told(changes(recorded, wanted, on=TODAY)) == expected, why


def test_a_list_takes_the_place_of_the_one_before() -> None:
    """What stays for the same reasons goes on; what does not ends; the region's other days stay as they were."""
    recorded = [job("11-1111"), job("22-2222"), job("33-3333", until=SECOND)]
    wanted = replaced(recorded, [job("22-2222", THIRD), job("44-4444", THIRD), job("33-3333", THIRD)], since=THIRD)
    found = changes(recorded, wanted, on=THIRD)
    assert told(found) == (["33-3333 2026-07-01", "44-4444 2026-07-01"], ["11-1111 2022-07-01 -> 2026-07-01"], [])
    assert found.unchanged == 1
    assert [(one.code, one.valid_from, one.valid_until) for one in amended(recorded, found)] == [
        ("11-1111", FIRST, THIRD),
        ("22-2222", FIRST, None),
        ("33-3333", FIRST, SECOND),
        ("33-3333", THIRD, None),
        ("44-4444", THIRD, None),
    ]


def test_a_job_whose_end_is_set_goes_on_after_it_if_the_new_list_has_it() -> None:
    recorded = [job(until=TODAY)]
    found = changes(recorded, replaced(recorded, [job(since=THIRD)], since=THIRD), on=THIRD)
    assert told(found) == ([f"29-2052 {TODAY}"], [], [])
    again = amended(recorded, found)
    assert changes(again, replaced(again, [job(since=THIRD)], since=THIRD), on=THIRD).empty, "and once is enough"


def test_a_list_is_not_put_before_a_later_one() -> None:
    found = changes([job(since=THIRD)], replaced([job(since=THIRD)], [job(since=SECOND, source="x")], since=SECOND), on=SECOND)
    assert told(found)[0] == []
    assert found.refusals[0][1].startswith("It begins on 2026-07-01")


# Random histories on few days, compared with a calendar.

DAYS = [FIRST + timedelta(days=n) for n in range(12)]
CODES = ["11-1111", "22-2222"]


@st.composite
def histories(draw: st.DrawFn) -> list[Designation]:
    """Designations that do not overlap for one code."""
    found = []
    for code in CODES:
        ends = draw(st.lists(st.sampled_from(DAYS), unique=True, max_size=4).map(sorted))
        pairs = list(zip(ends[::2], [*ends[1::2], None], strict=False))
        found += [job(code, since, until, draw(st.sampled_from("ab"))) for since, until in pairs]
    return found


def calendar(designations: Iterable[Designation]) -> dict[date, set[tuple[str, str]]]:
    """What is in force on each day, and on whose word."""
    listed = list(designations)
    return {day: {(one.code, one.source) for one in listed if one.holds(day)} for day in [*DAYS, DAYS[-1] + timedelta(days=1)]}


@given(histories(), histories(), st.sampled_from(DAYS))
def test_after_the_change_the_wanted_holds_from_that_day_on_and_nothing_that_was_is_lost(
    recorded: list[Designation], wanted: list[Designation], on: date
) -> None:
    found = changes(recorded, wanted, on=on)
    assume(not found.refusals)
    after = amended(recorded, found)
    before, then, asked = calendar(recorded), calendar(after), calendar(wanted)
    for day in then:
        if day >= on:
            assert asked[day] <= then[day], "everything wanted is in force"
            assert then[day] <= asked[day] | before[day]
    kept = {(one.job, one.valid_from): one for one in after}
    for one in recorded:
        same = kept[one.job, one.valid_from]
        assert same.says(one), "nothing is edited"
        assert one.valid_until is None or (same.valid_until is not None and same.valid_until <= one.valid_until)
    assert all(len({c for c, _ in then[day]}) == len(then[day]) for day in then), "never twice on one day"


@given(histories(), st.lists(st.sampled_from(CODES), unique=True), st.sampled_from("ab"), st.sampled_from(DAYS))
def test_a_list_that_was_put_is_what_holds_from_its_day_on(recorded: list[Designation], codes: list[str], source: str, since: date) -> None:
    jobs = [job(code, since, source=source) for code in codes]
    found = changes(recorded, replaced(recorded, jobs, since=since), on=since)
    if any(one.valid_from > since for one in recorded):
        return  # there is a later list: refused, or what was listed is there again
    assume(not found.refusals)
    after = amended(recorded, found)
    before, then = calendar(recorded), calendar(after)
    for day in then:
        assert then[day] == ({(code, source) for code in codes} if day >= since else before[day])
    assert changes(after, replaced(after, jobs, since=since), on=since).empty, "once is enough"


@given(histories(), histories(), st.sampled_from(DAYS))
def test_taking_in_the_same_file_twice_changes_nothing_more(recorded: list[Designation], wanted: list[Designation], on: date) -> None:
    found = changes(recorded, wanted, on=on)
    assume(not found.refusals)
    assert changes(amended(recorded, found), wanted, on=on).empty


@given(histories(), st.sampled_from(DAYS))
def test_an_export_taken_in_again_changes_nothing(recorded: list[Designation], on: date) -> None:
    found = changes(recorded, recorded, on=on)
    assert found.empty
    assert found.unchanged == len(recorded)


@given(histories(), histories(), st.sampled_from(DAYS))
def test_a_plan_tells_every_change(recorded: list[Designation], wanted: list[Designation], on: date) -> None:
    found = changes(recorded, wanted, on=on)
    plan = definitions.planned(found)
    starts = {(one.job, day) for one, day in found.ended} & {(one.job, one.valid_from) for one in found.added}
    assert len(plan.of("in_demand_job", What.CHANGED)) == len(starts)
    assert len(plan.of("in_demand_job", What.ADDED)) == len(found.added) - len(starts)
    assert len(plan.of("in_demand_job", What.ENDED)) == len(found.ended) - len(starts)
    assert len(plan.refusals) == len(found.refusals)


def test_a_plan_names_what_differs() -> None:
    evidence = (Evidence("0015380", 900, 0.17, 50_000, 0.91, 3),)
    recorded, wanted = [replace(job(), evidence=evidence)], [replace(job(since=THIRD), evidence=(replace(evidence[0], employment=1_000),))]
    [change] = definitions.planned(changes(recorded, wanted, on=TODAY)).changes
    assert (change.what, change.key, change.since) == (What.CHANGED, "labor_market_region/west/29-2052", THIRD)
    assert [(one.field, one.before, one.after) for one in change.fields] == [("evidence[0015380].employment", 900, 1_000)]
