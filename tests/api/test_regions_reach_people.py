"""Regions, places and ZIP codes that are put: who lives there is moved at once, by a job that commits with them."""

from datetime import date

import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select, text

from app.core.ids import uuid7
from app.core.settings import Settings
from app.participants.models import Participant, Residence
from app.participants.residence import Address, settle
from app.worker import work
from tests.api.test_region_routes import LABOR, SOMEBODY, labor, laid
from tests.conftest import TestDatabase
from tests.people import DANA

__all__ = ["laid"]


async def settling(database: TestDatabase) -> int:
    """How many jobs wait that settle where people live."""
    async with database.reading() as read:
        return int(await read.scalar(text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'participants.resettle'")))


@pytest.mark.usefixtures("laid")
async def test_new_regions_reach_the_people_at_once(dana: AsyncClient, own_db: TestDatabase, settings: Settings) -> None:
    """They are put to hold since 1 October 2026; a job that commits with them moves who lives there, and nobody waits for the night."""
    async with own_db.transaction(DANA.actor) as tx:
        settled = await settle(tx, by=DANA.actor, addresses=[erie := Address("NY", "36029")], on=date(2026, 9, 30))
        await tx.run(insert(Participant).values(**SOMEBODY, id=(somebody := uuid7()), person=somebody, residence=settled[erie]))
        await tx.commit()
    body = labor("2026-10-01", _36029="finger_lakes")
    assert (await dana.put(f"{LABOR}?dry_run=true", json=body)).status_code == 200
    assert (await dana.put(LABOR, json={**body, "regions": body["regions"][1:]})).status_code == 422
    assert await settling(own_db) == 0
    assert (await dana.put(LABOR, json=body)).status_code == 200
    assert await settling(own_db) == 1
    assert (await dana.put(LABOR, json=body)).status_code == 200  # says nothing new
    assert await settling(own_db) == 1

    await work(settings.model_copy(update={"today": date(2026, 10, 31)}), own_db.url, until_done=True)
    async with own_db.reading(DANA.actor) as read:
        lives = select(Residence.regions).join(Participant, Participant.residence == Residence.id).where(Participant.id == somebody)
        assert (await read.scalar(lives))["labor_market_region"]["region"] == "finger_lakes"


@pytest.mark.usefixtures("laid")
async def test_places_and_zip_codes_that_change_reach_the_people_too(dana: AsyncClient, own_db: TestDatabase) -> None:
    places = (await dana.get("/v1/places")).json()["items"]
    village = {"county": "36119", "code": "tuckahoe", "name": "Tuckahoe", "kind": "village", "source": "a test"}
    area = {"zip": "10701", "county": "36119", "place": "yonkers", "source": "a test"}
    asked = 0
    for url, items in (("/v1/places", [*places, village]), ("/v1/zip-areas", [area])):
        for changed in (1, 0):
            assert (await dana.put(url, json={"items": items})).json() == {"changed": changed}
            asked += changed
            assert await settling(own_db) == asked
