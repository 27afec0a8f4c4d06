"""One key for each kind of user, kept in a file of the data folder so that the next run prints the same."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from app.access import keys
from app.access.enter import enter
from app.access.permissions import Role
from app.core.db import Database
from app.core.errors import Unauthenticated
from app.demo.story import BOARD, COLLEGE


@dataclass(frozen=True)
class Visitor:
    """A kind of user whom a visitor can be. `may` says what there is to try."""

    role: Role
    partner: str | None
    who: str
    may: str


VISITORS = (
    Visitor(Role.STATE_ADMIN, None, "state staff", "everything of the state: definitions, people, outcomes, imports"),
    Visitor(Role.BOARD_STAFF, BOARD, "staff of the Erie workforce board", "its own caseload: enroll, serve, record"),
    Visitor(Role.COLLEGE_STAFF, COLLEGE, "staff of a community college", "its own learners; wages are not for it"),
    Visitor(Role.POLICYMAKER, None, "a policymaker", "definitions, and releases: what of the outcomes anybody may see"),
    Visitor(Role.AUDITOR, None, "an auditor", "who did and who read what"),
)


async def admitted(database: Database, owner: Database, *, state: str, file: Path) -> dict[Role, str]:
    """A key that opens for every visitor: the one that was kept, or a new one. The file is for its owner alone (mode 0600)."""
    kept = _kept(file)
    found: dict[Role, str] = {}
    for visitor in VISITORS:
        key = kept.get(visitor.role)
        if key is None or not await _opens(database, key):
            async with owner.transaction() as tx:
                label = f"demonstration: {visitor.who}"
                key = await keys.create(tx, state=state, role=visitor.role, label=label, partner=visitor.partner)
                await tx.commit()
        found[visitor.role] = key
    if found != kept:
        _keep(file, found)
    return found


def _kept(file: Path) -> dict[str, str]:
    return dict(json.loads(file.read_text())) if file.exists() else {}


async def _opens(database: Database, key: str) -> bool:
    async with database.transaction() as tx:
        try:
            await enter(tx, key)
        except Unauthenticated:
            return False
    return True


def _keep(file: Path, found: dict[Role, str]) -> None:
    """Write the keys to a new file and move it in place, so that nobody else can have opened it before."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump({role.value: key for role, key in found.items()}, out, indent=1)
        out.write("\n")
    part.replace(file)
