"""The world of enrolling and serving, rolled back or committed."""

import pytest

from app.core.db import Tx
from tests.conftest import TestDatabase
from tests.enrollments import world
from tests.people import DANA


@pytest.fixture
async def laid(db: Tx) -> Tx:
    """A transaction in which the world of `world.py` is there."""
    await world.lay(db)
    return db


@pytest.fixture
async def ground(own_db: TestDatabase) -> TestDatabase:
    """A database of the test's own in which the world of `world.py` is there."""
    async with own_db.transaction(DANA.actor) as tx:
        await world.lay(tx)
        await tx.commit()
    return own_db
