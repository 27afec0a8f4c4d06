"""All definitions of a state: read from its files, planned against what is recorded, applied, and written out again.

`read` is the check; `planned` and `applied` ask the same plan. Applying is one transaction by the rooms' own actions.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import Read, Tx
from app.core.errors import Conflict, Violation
from app.definitions.kind import Home, Kind, Wanted
from app.definitions.mistakes import Mistaken, in_order
from app.definitions.plan import Plan, together
from app.definitions.reading import Reader
from app.definitions.registry import KINDS

Tell = Callable[[str], None]
"""Is told the name of each kind when its turn comes."""


def quietly(_name: str) -> None:
    """Tells nobody."""


class NotPlanned(Conflict):
    """A plan that cannot be carried out; `violations` says why."""

    title = "These definitions cannot be applied"

    def __init__(self, refusals: tuple[str, ...]) -> None:
        violations = [Violation(0, "", "refused", why) for why in refusals]
        super().__init__(refusals[0] if len(refusals) == 1 else f"{len(refusals)} changes are refused.", violations=violations)


def read(home: Home, tell: Tell = quietly) -> Wanted:
    """Every file of a state, each kind checked against those before it. Nothing is raised: `mistakes` has all that is wrong."""
    reader, wanted = Reader(home.root), Wanted(home)
    for kind in KINDS:
        tell(kind.name)
        before = len(reader.mistakes)
        wanted.held[kind.name] = kind.read(reader, wanted)
        if len(reader.mistakes) > before:
            wanted.broken.add(kind.name)
    reader.unread(home.regions)
    reader.unread(home.career_paths)
    wanted.mistakes.extend(in_order(reader.mistakes))
    wanted.notes[:] = in_order(wanted.notes)
    return wanted


async def planned(read: Read, *, by: Actor, wanted: Wanted, on: date, tell: Tell = quietly) -> Plan:
    """What applying the definitions on a day would change, and how many people each change touches. Raises `Mistaken`."""
    return together(*(await _plans(read, by, wanted, on, tell)).values())


async def _plans(read: Read, by: Actor, wanted: Wanted, on: date, tell: Tell) -> dict[str, Plan]:
    if wanted.mistakes:
        raise Mistaken(wanted.mistakes)
    return {kind.name: await _plan(kind, read, by, wanted, on, tell) for kind in KINDS}


async def _plan(kind: Kind[Any], read: Read, by: Actor, wanted: Wanted, on: date, tell: Tell) -> Plan:
    tell(kind.name)
    made = kind.plan(await kind.current(read, by=by), wanted.of(kind), on=on)
    return made.touching(await kind.people(read, made, by=by)) if made.changes else made


# One application at a time in a state: each is planned against what the one before it left.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('definitions of ' || current_setting('app.state'), 0))")


async def applied(tx: Tx, *, by: Actor, wanted: Wanted, on: date, tell: Tell = quietly) -> Plan:
    """Make the recorded definitions those of the files; answers what that changed. Raises `Mistaken` and `NotPlanned`."""
    await tx.run(_ALONE)
    plans = await _plans(tx, by, wanted, on, quietly)
    whole = together(*plans.values())
    if whole.refusals:
        raise NotPlanned(whole.refusals)
    for kind in KINDS:
        if plans[kind.name].changes:
            tell(kind.name)
            await kind.apply(tx, wanted.of(kind), plans[kind.name], on, by=by)
    return whole


async def exported(read: Read, *, by: Actor, home: Home) -> Mapping[str, str]:
    """What is recorded, as files: names under the home's root, and what stands in them."""
    found: dict[Path, str] = {}
    for kind in KINDS:
        found.update(kind.files(await kind.current(read, by=by), home))
    return {path.relative_to(home.root).as_posix(): content for path, content in found.items()}
