"""A database with the people of world.py."""

import pytest

from tests.conftest import TestDatabase
from tests.people import DANA
from tests.releases import world


@pytest.fixture
async def peopled(own_db: TestDatabase) -> TestDatabase:
    """A database of the test's own in which the people of world.py are."""
    async with own_db.transaction(DANA.actor) as tx:
        await world.settle(tx)
        await tx.commit()
    return own_db
