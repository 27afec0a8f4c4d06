"""Who the caller is."""

from typing import Annotated

from fastapi import APIRouter

from app.access.dependencies import may_see
from app.access.permissions import Permission
from app.contract.access import Me
from app.core.actor import Actor

router = APIRouter(prefix="/v1", tags=["access"])


@router.get("/me")
async def me(by: Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]) -> Me:
    """Who you are to us, and what you may do."""
    return Me(key=by.id, state=by.state, partner=by.partner, role=by.role, permissions=sorted(by.permissions))
