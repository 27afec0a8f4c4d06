"""The plan says what applying would change, no more and no less."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.contract.career_paths import CareerPathDefinition
from app.definitions.plan import Change, Entry, FieldChange, What, plan, rendered
from app.definitions.translation import fields
from tests.definitions.strategies import PATHS

ON = date(2026, 10, 31)
OLD, NEW = date(2022, 7, 1), date(2027, 1, 1)


def path(key: str, since: date = OLD, **more: Any) -> Entry:
    return Entry("career_path", key, {"valid_from": since.isoformat(), **more}, since)


def test_added_changed_ended_and_unchanged() -> None:
    made = plan(
        [path("welding"), path("nursing", title="Nurse", leads_to=["a"]), path("typing")],
        [path("nursing", NEW, title="Nursing", leads_to=["a"]), path("welding"), path("solar", NEW)],
        on=ON,
    )
    changed = (FieldChange("valid_from", "2022-07-01", "2027-01-01"), FieldChange("title", "Nurse", "Nursing"))
    assert made.changes == (
        Change(What.ADDED, "career_path", "solar", NEW),
        Change(What.CHANGED, "career_path", "nursing", NEW, changed),
        Change(What.ENDED, "career_path", "typing", ON),
    )
    assert made.unchanged == {"career_path": 1}
    assert not made.refusals
    assert not made.empty


def test_what_is_in_force_is_not_edited() -> None:
    for day in (OLD, date(2022, 6, 30)):
        made = plan([path("nursing", title="Nurse")], [path("nursing", day, title="Nursing")], on=ON)
        assert made.refusals == (
            "career_path nursing: what holds since 2022-07-01 is not edited but replaced. Give it a later valid_from than 2022-07-01.",
        )


def test_what_holds_undated_changes_on_the_day_of_applying() -> None:
    made = plan([Entry("state", "us-ny", {"name": "NY"})], [Entry("state", "us-ny", {"name": "New York"})], on=ON)
    assert made.changes == (Change(What.CHANGED, "state", "us-ny", ON, (FieldChange("name", "NY", "New York"),)),)


def test_steps_are_matched_by_key() -> None:
    one, two, three = ({"key": key, "hours": 1, "credential": {"name": key}} for key in ("one", "two", "three"))
    made = plan(
        [path("nursing", steps=[one, two, three])],
        [path("nursing", NEW, steps=[three, one | {"hours": 2, "credential": {"name": "uno"}}, {"key": "four"}])],
        on=ON,
    )
    assert [(f.field, f.before, f.after) for f in made.changes[0].fields][1:] == [
        ("steps[one].hours", 1, 2),
        ("steps[one].credential.name", "one", "uno"),
        ("steps[two]", two, None),
        ("steps[four]", None, {"key": "four"}),
        ("steps (order)", ["one", "three"], ["three", "one"]),
    ]


def test_occupations_are_matched_by_system_and_code_and_other_lists_as_wholes() -> None:
    soc = {"system": "soc_2018", "code": "29-2052"}
    made = plan([path("x", t=[soc], s=["a"], n=[[1]])], [path("x", NEW, t=[soc | {"code": "29-2053"}], s=["b", "a"], n=[])], on=ON)
    assert [f.field for f in made.changes[0].fields] == ["valid_from", "t[soc_2018/29-2052]", "t[soc_2018/29-2053]", "s", "n"]


def test_a_kind_may_be_compared_in_its_own_way() -> None:
    before, after = path("a", shape=[0, 0]), path("a", shape=[0, 1e-12])
    assert plan([before], [after], on=ON, compare={"career_path": lambda _old, _new: []}).empty


def test_people_are_put_beside_the_changes_and_the_text_reads_like_a_migration() -> None:
    made = plan(
        [path("nursing", title="Nurse"), path("typing")],
        [path("nursing", title="Nursing"), path("solar", NEW, steps=[{"key": "one"}])],
        on=ON,
    ).touching({("career_path", "typing"): 12, ("career_path", "elsewhere"): 5})
    assert rendered(made) == (
        "+ career_path solar  added from 2027-01-01\n"
        "~ career_path nursing  changed from 2022-07-01\n"
        "    title: Nurse -> Nursing\n"
        "- career_path typing  ended until 2026-10-31  (12 people)\n"
        "! career_path nursing: what holds since 2022-07-01 is not edited but replaced. Give it a later valid_from than 2022-07-01.\n"
        "1 to add, 1 to change, 1 to end, 0 unchanged.\n"
        "12 people touched; what they started on stays as it was for them.\n"
        "1 change would be refused."
    )


@settings(deadline=None, max_examples=60)
@given(now=st.lists(PATHS, unique_by=lambda p: p.key, max_size=4), then=st.lists(PATHS, unique_by=lambda p: p.key, max_size=4))
def test_a_plan_is_empty_exactly_when_nothing_differs(now: list[CareerPathDefinition], then: list[CareerPathDefinition]) -> None:
    current, wanted = ([Entry("career_path", p.key, fields(p), p.valid_from) for p in paths] for paths in (now, then))
    made = plan(current, wanted, on=ON)
    assert made.empty == ({p.key: p for p in now} == {p.key: p for p in then})
    assert plan(wanted, wanted[::-1], on=ON).empty
    assert {c.key for c in made.of("career_path", What.ADDED)} == {p.key for p in then} - {p.key for p in now}
    assert {c.key for c in made.of("career_path", What.ENDED)} == {p.key for p in now} - {p.key for p in then}
    assert len(made.changes) + sum(made.unchanged.values()) == len({p.key for p in (*now, *then)})
    assert all(change.fields for change in made.of("career_path", What.CHANGED))


def edition(day: date, until: date | None = None, **more: Any) -> Entry:
    return Entry("region_edition", f"lwda@{day}", more, day, until, "lwda")


NOW, NEXT = date(2025, 7, 1), date(2027, 7, 1)


@pytest.mark.parametrize(
    ("current", "wanted", "changes", "refused"),
    [
        ([edition(OLD), edition(NOW, n=1)], [edition(OLD), edition(NOW, n=1)], [], []),
        ([edition(OLD), edition(NOW, n=1)], [edition(NOW, n=1)], [], []),  # files need not keep what is over
        ([], [edition(OLD), edition(NOW)], ["added lwda@2022-07-01", "added lwda@2025-07-01"], []),
        ([edition(OLD), edition(NOW)], [edition(OLD), edition(NOW), edition(NEXT, n=1)], ["changed lwda@2027-07-01"], []),
        ([edition(OLD)], [edition(NEXT, n=1)], ["changed lwda@2027-07-01"], []),  # replaced, not ended
        ([edition(OLD), edition(NOW)], [edition(OLD)], ["ended lwda@2025-07-01"], []),
        ([edition(OLD), edition(NOW)], [], ["ended lwda@2025-07-01"], []),
        ([edition(OLD, n=1), edition(NOW)], [edition(OLD, n=2), edition(NOW)], ["changed lwda@2022-07-01"], ["is not edited but replaced"]),
        ([edition(NOW)], [edition(OLD), edition(NOW)], ["changed lwda@2022-07-01"], ["holds since 2025-07-01 already"]),
        ([edition(OLD), edition(NOW, NEXT)], [edition(NOW)], ["added lwda@2025-07-01"], ["it ended on 2027-07-01"]),
        ([edition(OLD), edition(NOW, NEXT)], [edition(NEXT)], ["added lwda@2027-07-01"], []),
    ],
)
def test_of_a_series_all_are_kept_and_the_last_is_replaced(
    current: list[Entry], wanted: list[Entry], changes: list[str], refused: list[str]
) -> None:
    made = plan(*([replace(e, fields={**e.fields, "valid_from": str(e.since)}) for e in side] for side in (current, wanted)), on=ON)
    assert [f"{c.what} {c.key}" for c in made.changes] == changes
    assert len(made.refusals) == len(refused)
    assert all(words in told for words, told in zip(refused, made.refusals, strict=True))


def test_what_ended_is_not_wanted_back_from_a_day_on_which_it_held() -> None:
    ended = replace(path("typing"), until=NOW)
    assert plan([ended], [], on=ON).empty
    assert plan([ended], [path("typing")], on=ON).refusals == (
        "career_path typing: it ended on 2025-07-01. Give it that valid_from, or a later one.",
    )
    again = plan([ended], [path("typing", NOW)], on=ON)
    assert again.changes == (Change(What.ADDED, "career_path", "typing", NOW),)
    assert not again.refusals


def test_what_has_not_begun_cannot_end() -> None:
    assert plan([path("typing", NEW)], [], on=ON).refusals == (
        "career_path typing: it begins on 2027-01-01 only. Leave it out from a later day on.",
    )
