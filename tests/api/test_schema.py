"""The served API against its own description: whatever the description allows to be sent is answered, and never by a mistake of ours.

The requests are made up by Schemathesis, the same ones in every run.
"""

import threading
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
import schemathesis
import uvicorn
from httpx import AsyncClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from app.core.settings import Settings
from app.definitions.translation import fields, path_definition
from app.main import create_app
from tests.career_paths import ground
from tests.career_paths.test_career_path_gates import PHARMACY
from tests.conftest import CLOCK, TestDatabase
from tests.enrollments import world
from tests.people import DANA, ERIE

EXAMPLES = 6  # requests per operation
KNOWN = {
    "participant": str(world.ANN),
    "partner": str(ERIE.id),
    "key": "pharmacy",
    "system": "labor_market_region",
    "from_system": "labor_market_region",
    "to_system": "labor_market_region",
    "code": "western_new_york",
}
"""What stands in the place of some made-up names in paths, so that not everything ends with "there is no such thing"."""

HALF = ("offered_regions", "target_occupations", "steps", "career_paths", "region_systems")  # rows that no request could have made


@pytest.fixture
async def served(own_db: TestDatabase, settings: Settings) -> AsyncIterator[str]:
    """The address of an application over a database with a few people in it, served from another thread."""
    async with own_db.transaction(DANA.actor) as tx:
        await world.lay(tx)
        await tx.commit()
    with psycopg.connect(own_db.superuser_url) as superuser:
        for table in HALF:
            superuser.execute(f"DELETE FROM {table}".encode())
    async with own_db.transaction(DANA.actor) as tx:
        await ground.lay(tx)
        await tx.commit()
    app = create_app(settings, database_url=own_db.url, clock=CLOCK)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        async with AsyncClient(base_url=url, headers=DANA.headers) as dana:
            made = await dana.post("/v1/career-paths", json=fields(path_definition(PHARMACY)))
            assert made.status_code == 201, made.json()
        yield url
    finally:
        server.should_exit = True
        thread.join()


def test_whatever_the_description_allows_is_answered(served: str) -> None:
    schema = schemathesis.openapi.from_url(f"{served}/openapi.json")
    asked, wrong = 0, list[str]()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            if asked % 2:
                case.path_parameters = {name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()}
            asked += 1
            answer = case.call(headers=DANA.headers)
            case.validate_response(answer, checks=(not_a_server_error, content_type_conformance, response_schema_conformance))

        try:
            ask()
        except FailureGroup as failures:
            wrong += [f"{operation.label}: {failure}" for failure in failures.exceptions]
    assert wrong == []
    assert asked > 100
