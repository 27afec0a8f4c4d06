"""Health that tells the truth: alive means that the process answers; ready, that it can do its work."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.errors import Unavailable
from app.core.schema import head

router = APIRouter(prefix="/health", tags=["health"])

_STATE = text("""
SELECT (SELECT version_num FROM alembic_version) AS level,
       r.rolsuper OR r.rolbypassrls OR EXISTS (
         SELECT FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relowner = r.oid
       ) AS unbound,
       (SELECT count(*) FROM jobs.procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds') AS workers
FROM pg_roles r WHERE r.rolname = current_user
""")


class Live(BaseModel):
    """The process answers; more is not said."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """`ready` needs the database, the newest migration, and a role that row policies bind. Without a worker jobs wait: `degraded`."""

    status: Literal["ready", "degraded", "not_ready"]
    database: Literal["reached", "unreachable"]
    migration: Literal["newest", "behind", "unknown"]
    role: Literal["bound_by_row_policies", "bypasses_row_policies", "unknown"]
    worker: Literal["running", "none", "unknown"]


@router.get("/live")
async def live() -> Live:
    """The process answers."""
    return Live()


@router.get("/ready", responses={503: {"model": Ready}})
async def ready(request: Request, response: Response) -> Ready:
    """Whether requests can be served, and if not, why not."""
    try:
        async with request.app.state.database.reading() as read:
            found = await read.first(_STATE)
    except (Unavailable, DBAPIError):
        found = None
    if found is None:
        response.status_code = 503
        return Ready(status="not_ready", database="unreachable", migration="unknown", role="unknown", worker="unknown")
    newest, bound = found.level == head(), not found.unbound
    if not (newest and bound):
        response.status_code = 503
    return Ready(
        status="not_ready" if not (newest and bound) else "ready" if found.workers else "degraded",
        database="reached",
        migration="newest" if newest else "behind",
        role="bound_by_row_policies" if bound else "bypasses_row_policies",
        worker="running" if found.workers else "none",
    )
