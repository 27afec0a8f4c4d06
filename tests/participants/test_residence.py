"""Where people live: each address one residence, whoever lives there, with its regions as they were decided."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select

from app.core.db import Tx
from app.participants.models import Residence
from app.participants.residence import Address, settle, tidy
from tests.conftest import TestDatabase
from tests.people import DANA, NIA
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
