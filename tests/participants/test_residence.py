"""Where people live: each address one residence, whoever lives there, with its regions as they were decided."""

import asyncio
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.core.jobs import Workshop
from app.core.settings import Settings
from app.participants.models import Participant, Residence, Touched
from app.participants.residence import Address, resettle, settle, tidy
from app.participants.tasks import resettled
from tests.conftest import CLOCK, TODAY, TestDatabase
from tests.participants.world import known_to
from tests.people import ALICE, DANA, NIA
from tests.regions import new_york

ERIE, YONKERS, WESTCHESTER, JERSEY = (
    Address("NY", "36029"),
    Address("NY", "36119", "Yonkers"),
    Address("NY", "36119"),
    Address("NJ", "34003"),
)


@pytest.fixture
async def laid(db: Tx) -> Tx:
    """New York with its regions."""
    await new_york.lay(db)
    return db


async def decided(tx: Tx, address: Address) -> dict[str, str | None]:
    settled = await settle(tx, by=DANA.actor, addresses=[address])
    regions = await tx.scalar(select(Residence.regions).where(Residence.id == settled[address]))
    return {system: found["region"] for system, found in regions.items()}


async def test_every_system_has_its_region(laid: Tx) -> None:
    assert (await decided(laid, ERIE)).items() >= {"county": "36029", "labor_market_region": "western_new_york"}.items()


async def test_a_divided_county_needs_the_place(laid: Tx) -> None:
    assert (await decided(laid, YONKERS))["lwda"] == "yonkers"
    open_ = await decided(laid, WESTCHESTER)
    assert (open_["county"], open_["lwda"]) == ("36119", None)


async def test_who_lives_in_another_state_has_no_region_here(laid: Tx) -> None:
    assert {region for system, region in (await decided(laid, JERSEY)).items() if system != "oews_area"} == {None}
    row = await laid.first(select(Residence.postal, Residence.county).where(Residence.postal == "NJ"))
    assert row is not None
    assert row.county == "34003"


@pytest.mark.parametrize(
    "address",
    [
        Address("XX"),
        Address(""),
        Address("NY", "36999"),  # no such county
        Address("NY", "34003"),  # another state's
        Address("NJ", "36029"),  # ours, said to be another state's
        Address("NJ", "3400"),
        Address("NY", "Erie"),
    ],
)
async def test_what_is_no_address_is_left_out(laid: Tx, address: Address) -> None:
    assert await settle(laid, by=DANA.actor, addresses=[address, ERIE]) == await settle(laid, by=DANA.actor, addresses=[ERIE])


async def test_each_address_is_one_row(laid: Tx) -> None:
    alike = [
        Address("NY", "36119", " Yonkers "),
        Address("ny", "36119", "Yonkers", "10701-1234"),
        Address("NY", "36119", "Yonkers", "10701"),
    ]
    first = await settle(laid, by=DANA.actor, addresses=[ERIE, YONKERS, *alike])
    assert len(first) == 5
    assert len(set(first.values())) == 3
    assert await settle(laid, by=DANA.actor, addresses=[YONKERS, ERIE]) == {a: first[a] for a in (YONKERS, ERIE)}
    assert await laid.scalar(select(func.count()).select_from(Residence)) == 3
    assert await settle(laid, by=DANA.actor, addresses=[]) == {}


async def test_other_regions_make_another_residence(db: Tx) -> None:
    before = await settle(db, by=DANA.actor, addresses=[ERIE])
    await new_york.lay(db)
    after = await settle(db, by=DANA.actor, addresses=[ERIE])
    assert before[ERIE] != after[ERIE]
    kept = await db.scalar(select(Residence.regions).where(Residence.id == before[ERIE]))
    assert kept == {}  # as it was decided, and not otherwise since
    assert await settle(db, by=DANA.actor, addresses=[ERIE], on=date(2026, 10, 31)) == after  # nothing changed between the days


async def test_new_regions_reach_the_people_and_not_their_past(db: Tx) -> None:
    ana, bo = await known_to(db, ALICE), await known_to(db, ALICE)
    before = await db.scalar(select(Participant.residence).where(Participant.id == ana))
    await new_york.lay(db)
    marks = await db.scalar(select(func.count()).select_from(Touched))
    assert await resettle(db, by=DANA.actor, on=TODAY) == 2
    rows = await db.all(select(Participant.residence, Participant.revision).where(Participant.id.in_([ana, bo])))
    [(residence, revision)] = {tuple(row) for row in rows}
    assert (residence != before, revision) == (True, 2)
    regions = await db.scalar(select(Residence.regions).where(Residence.id == residence))
    assert regions["labor_market_region"]["region"] == "western_new_york"
    assert await db.scalar(select(Residence.regions).where(Residence.id == before)) == {}  # an enrollment that points to it keeps it
    assert await db.scalar(select(func.count()).select_from(Touched)) == marks + 2
    assert await resettle(db, by=DANA.actor, on=TODAY) == 0
    entries = await db.all(select(AuditEntry.rows, AuditEntry.detail).where(AuditEntry.verb == "resettle"))
    assert [tuple(entry) for entry in entries] == [(2, {"on": str(TODAY), "addresses": 1})]


async def test_every_night_in_every_state(own_db: TestDatabase, settings: Settings) -> None:
    async with own_db.transaction(ALICE.actor) as tx:
        ana = await known_to(tx, ALICE)
        await new_york.lay(tx)
        await tx.commit()
    workshop = Workshop(own_db, settings, CLOCK)
    for state in ("us-nj", "us-ny"):
        await resettled.func(SimpleNamespace(job=SimpleNamespace(id=1), additional_context={"workshop": workshop}), state=state)
    async with own_db.transaction(ALICE.actor) as tx:
        assert await tx.scalar(select(Participant.revision).where(Participant.id == ana)) == 2


async def test_another_state_has_residences_of_its_own(own_db: TestDatabase) -> None:
    async with own_db.transaction(DANA.actor) as ours:
        here = await settle(ours, by=DANA.actor, addresses=[ERIE])
        await ours.commit()
    async with own_db.transaction(NIA.actor) as theirs:
        assert await theirs.scalar(select(func.count()).select_from(Residence)) == 0
        there = await settle(theirs, by=NIA.actor, addresses=[Address("NY", "36029")])
        assert there[ERIE] != here[ERIE]


async def test_two_at_once_find_the_same(own_db: TestDatabase) -> None:
    addresses = [Address("NY", f"36{county:03}") for county in range(1, 99, 2)]

    async def once() -> list[str]:
        async with own_db.transaction(DANA.actor) as tx:
            settled = await settle(tx, by=DANA.actor, addresses=addresses)
            await tx.commit()
            return sorted(map(str, settled.values()))

    first, *others = await asyncio.gather(*(once() for _ in range(6)))
    assert len(set(first)) == len(addresses)
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        (Address(" ny ", " 36029 ", "  New   York ", "14201-1234"), Address("NY", "36029", "New York", "14201")),
        (Address("NY", "", " ", "142"), Address("NY")),
    ],
)
def test_what_only_looks_different_is_the_same(address: Address, clean: Address) -> None:
    assert tidy(address) == clean
