"""Whatever the contract allows: a file says what it was written from, applying makes the database say it, and applying again changes
nothing. Whatever a plan turns into whatever else, it is carried out as it says, or refused before anything is done."""

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.contract.career_paths import CareerPathDefinition, CollectedPath
from app.contract.enrollments import ServiceKindDefinition
from app.contract.states import StateDefinition
from app.core.db import Tx
from app.definitions import applying, writing
from app.definitions.kind import Home, Kind, Wanted
from app.definitions.kinds.career_paths import CAREER_PATHS, Ladders
from app.definitions.kinds.service_catalogue import SERVICES
from app.definitions.kinds.states import STATES
from app.definitions.reading import Reader
from tests.conftest import TODAY
from tests.definitions.small import SINCE, settle
from tests.definitions.strategies import COLLECTIONS, KEYS, LINES, PATHS, STEPS
from tests.people import DANA

BY = DANA.actor
Held = TypeVar("Held")
Catalogue = list[ServiceKindDefinition]
WEST, EAST = ({"system": "labor_market_region", "code": code} for code in ("west", "east"))
TARGETS = [{"system": s, "code": c} for s, c in (("soc_2018", "29-2052"), ("soc_2018", "31-1131"), ("onet_soc_2019", "29-2052.00"))]
BEGINS = st.dates(SINCE, date(2026, 10, 30))
quick = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
over_rows = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@st.composite
def ladders(draw: st.DrawFn) -> Ladders:
    """Paths that pass the gates in the small state, each leading to some of those before it, and collections of them."""
    paths: list[CareerPathDefinition] = []
    for path in draw(st.lists(PATHS, unique_by=lambda path: path.key, max_size=4)):
        steps = draw(st.lists(STEPS, min_size=1, max_size=4, unique_by=lambda step: step.key))
        rungs = st.lists(st.sampled_from([one.key for one in paths]), unique=True, max_size=3) if paths else st.just([])
        fit = {
            "valid_from": draw(BEGINS),
            "leads_to": draw(rungs),
            "target_occupations": draw(st.lists(st.sampled_from(TARGETS), min_size=1, max_size=3, unique_by=str)),
            "regions_offered": draw(st.just("state") | st.lists(st.sampled_from([WEST, EAST]), min_size=1, max_size=2, unique_by=str)),
            "steps": [{**step.model_dump(), "hours": min(step.hours, step.weeks * 60)} for step in steps],
        }
        paths.append(CareerPathDefinition.model_validate({**path.model_dump(), **fit}))
    collections = []
    for one in draw(st.lists(COLLECTIONS, unique_by=lambda one: one.key, max_size=2)):
        items: dict[str, Any] = {item.key: item for item in one.items if not isinstance(item, CollectedPath)}
        items |= {path.key: CollectedPath(kind="career_path", key=path.key) for path in paths}
        if items:
            collections.append(one.model_copy(update={"items": tuple(items.values()), "valid_from": draw(BEGINS)}))
    return Ladders(paths, collections)


SERVICE_KINDS = st.builds(
    ServiceKindDefinition,
    key=KEYS,
    title=LINES,
    category=st.sampled_from(["basic", "individualized", "training", "youth", "supportive", "follow_up", "rapid_response"]),
    programs=st.lists(st.sampled_from(["adult", "dislocated_worker", "youth", "wagner_peyser", "dwg"]), min_size=1, unique=True).map(tuple),
    elements=st.lists(st.from_regex(r"[0-9]{3,4}", fullmatch=True), min_size=1, max_size=3).map(tuple),
    citation=LINES,
    triggers=st.booleans(),
    extends=st.just(value=True),
    runs=st.booleans(),
    training_type=st.none() | st.from_regex(r"[0-9]{2}", fullmatch=True),
    settles=st.none() | st.sampled_from(["eligibility", "assessment", "strategy"]),
)
CATALOGUES = st.lists(SERVICE_KINDS, unique_by=lambda kind: kind.key, max_size=5).map(
    lambda kinds: sorted(kinds, key=lambda kind: kind.key)
)
POLICIES = st.fixed_dictionaries(
    {"valid_from": BEGINS, "source": LINES},
    optional={
        "suppression_threshold": st.integers(3, 100),
        "common_exit": st.sampled_from(["on", "off"]),
        "common_exit_programs": st.lists(st.sampled_from(["adult", "youth"]), unique=True),
        "gap_grace": st.integers(0, 365),
        "occupation_coverage": st.floats(0, 1),
        "code9": st.sampled_from(["left_out", "negative"]),
        "youth_credential": st.sampled_from(["formula", "text"]),
        "one_year": st.sampled_from(["365", "anniversary"]),
    },
)
STATE_DEFINITIONS = st.builds(
    lambda name, zone, policies: StateDefinition.model_validate(
        {"id": "us-ny", "name": name, "fips": "36", "postal": "NY", "time_zone": zone, "policies": policies}
    ),
    LINES,
    st.sampled_from(["America/New_York", "Pacific/Guam"]),
    st.lists(POLICIES, min_size=1, max_size=3, unique_by=lambda p: p["valid_from"]).map(
        lambda ps: sorted(ps, key=lambda p: p["valid_from"])
    ),
)


def read_back(kind: Kind[Held], held: Held) -> Held:
    """What the files of a kind say that were written from it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), "us-ny")
        writing.put(home.root, {path.relative_to(home.root).as_posix(): text for path, text in kind.files(held, home).items()})
        reader = Reader(home.root)
        found = kind.read(reader, Wanted(home))
        reader.unread(home.root)
        assert reader.mistakes == []
        return found


@quick
@given(ladders())
def test_ladders_survive_their_files(held: Ladders) -> None:
    again = read_back(CAREER_PATHS, held)
    assert {path.key: path for path in again.paths} == {path.key: path for path in held.paths}
    assert {one.key: one for one in again.collections} == {one.key: one for one in held.collections}


@quick
@given(CATALOGUES)
def test_a_catalogue_survives_its_file(held: list[ServiceKindDefinition]) -> None:
    assert read_back(SERVICES, held) == held


@quick
@given(STATE_DEFINITIONS)
def test_a_state_survives_its_file(held: StateDefinition) -> None:
    assert read_back(STATES, held) == held


async def carried_out(tx: Tx, kind: Kind[Held], wanted: Held) -> bool:
    """Plan, and apply if nothing is refused; then the database says what was wanted, and so do the files of an export."""
    made = kind.plan(await kind.current(tx, by=BY), wanted, on=TODAY)
    if made.refusals:
        return False
    if made.changes:
        await kind.apply(tx, wanted, made, TODAY, by=BY)
    now = await kind.current(tx, by=BY)
    assert kind.plan(now, wanted, on=TODAY).empty
    assert kind.plan(now, read_back(kind, now), on=TODAY).empty
    return True


@pytest.fixture
async def ground(db: Tx, tmp_path: Path) -> Tx:
    """The small state's regions, occupations and designations; no path yet."""
    home = settle(tmp_path)
    shutil.rmtree(home.career_paths)
    await applying.applied(db, by=BY, wanted=applying.read(home), on=date(2026, 10, 1))
    return db


async def turned(tx: Tx, kind: Kind[Held], first: Held, second: Held) -> None:
    """Carry out one after the other, and leave nothing behind."""
    async with tx.connection.begin_nested() as before:
        assert await carried_out(tx, kind, first)
        await carried_out(tx, kind, second)
        await before.rollback()


@over_rows
@given(first=ladders(), second=ladders())
async def test_any_ladders_turn_into_any_others_that_may_follow(ground: Tx, first: Ladders, second: Ladders) -> None:
    await turned(ground, CAREER_PATHS, first, second)


@over_rows
@given(held=ladders(), data=st.data())
async def test_a_ladder_turns_into_its_next_versions(ground: Tx, held: Ladders, data: st.DataObject) -> None:
    """Some paths have a later version, some are left out, some stay."""
    fates = {path.key: data.draw(st.sampled_from(["next", "gone", "stays"])) for path in held.paths}
    kept = {key for key, fate in fates.items() if fate != "gone"}
    paths = [
        path.model_copy(
            update={"leads_to": tuple(key for key in path.leads_to if key in kept), "title": "Next", "valid_from": TODAY}
            if fates[path.key] == "next" or not kept.issuperset(path.leads_to)
            else {}
        )
        for path in held.paths
        if path.key in kept
    ]
    async with ground.connection.begin_nested() as before:
        assert await carried_out(ground, CAREER_PATHS, Ladders(held.paths))
        assert await carried_out(ground, CAREER_PATHS, Ladders(paths))
        await before.rollback()


@over_rows
@given(first=CATALOGUES, second=CATALOGUES)
async def test_any_catalogue_turns_into_any_other(
    ground: Tx, first: list[ServiceKindDefinition], second: list[ServiceKindDefinition]
) -> None:
    async with ground.connection.begin_nested() as before:
        assert await carried_out(ground, SERVICES, first)
        assert await carried_out(ground, SERVICES, second)
        await before.rollback()


@over_rows
@given(first=STATE_DEFINITIONS, second=STATE_DEFINITIONS)
async def test_a_states_policies_follow_each_other(db: Tx, first: StateDefinition, second: StateDefinition) -> None:
    await turned(db, STATES, first, second)
