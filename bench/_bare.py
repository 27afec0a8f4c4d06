"""The baseline of bench/requests.py: FastAPI and psycopg with nothing around them. The same row in and out; no caller, no check, no audit.

`python -m bench._bare URL PARTNER RESIDENCE` serves it on a free port, and says on which.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel


class Enrollment(BaseModel):
    participant: UUID
    career_path: UUID
    started_on: date


class Enrolled(BaseModel):
    id: UUID


INSERT = """
INSERT INTO enrollments (state, participant, career_path, partner, residence, started_on, planned_end, act)
VALUES ('us-ny', %(participant)s, %(career_path)s, %(partner)s, %(residence)s, %(started_on)s, %(planned_end)s, uuidv7()) RETURNING id
"""
SELECT = "SELECT * FROM enrollments WHERE state = 'us-ny' AND id = %s"


def serve(url: str, partner: str, residence: str) -> None:
    """Serve both routes, with a pool of as many connections as the product's."""
    pool = AsyncConnectionPool(url, min_size=10, max_size=10, open=False, kwargs={"autocommit": True, "row_factory": dict_row})

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/enrollments", status_code=201)
    async def enroll(new: Enrollment) -> Enrolled:
        values = {**new.model_dump(), "partner": partner, "residence": residence, "planned_end": new.started_on + timedelta(weeks=10)}
        async with pool.connection() as connection:
            row = await (await connection.execute(INSERT, values)).fetchone()
        assert row
        return Enrolled(id=row["id"])

    @app.get("/enrollments/{enrollment}")
    async def read(enrollment: UUID) -> dict[str, object]:
        async with pool.connection() as connection:
            row = await (await connection.execute(SELECT, [enrollment])).fetchone()
        assert row
        return row

    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"Serving on http://127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    serve(*sys.argv[1:])
