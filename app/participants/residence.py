"""Where people live, as far as regions are concerned: addresses become residences, each distinct one once."""

import json
import re
from collections.abc import Collection
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, any_, bindparam, exists, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.periods import EARLIEST
from app.participants.models import Participant, Residence
from app.regions import queries as regions
from app.regions import residence as rules
from app.regions.residence import Divisions
from app.states import queries as states

_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT"
)
_MORE = "VT VA WA WV WI WY AS GU MP PR VI FM MH PW AE AP AA 77 88 99"
POSTAL = frozenset(f"{_STATES} {_MORE}".split())
"""PIRL 101: the states, the territories, the post offices of the armed forces; 77 other countries, 88 Mexico, 99 Canada."""

_COUNTY = re.compile(r"\d{5}", re.ASCII)
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)
BATCH = 5_000  # residences looked up or made by one statement


class Address(NamedTuple):
    """As much of an address as regions depend on. `postal` is the state of residence in two letters."""

    postal: str
    county: str | None = None  # the FIPS code
    place: str | None = None  # the municipality, as written
    zip: str | None = None


def tidy(address: Address) -> Address:
    """The address without what only looks different: white space, an empty text, the four digits behind a ZIP code."""
    postal, county, place, zip_code = ((part or "").strip() for part in address)
    delivered = _ZIP.fullmatch(zip_code)
    return Address(postal.upper(), county or None, " ".join(place.split()) or None, delivered[1] if delivered else None)


def fits(ground: Divisions, address: Address, *, home: str) -> bool:
    """Whether a tidy address can be one: a state that there is and, at home, a county that the state has, if a county is named."""
    if address.postal not in POSTAL:
        return False
    if address.county is None:
        return True
    if not _COUNTY.fullmatch(address.county):
        return False
    if address.postal != home:
        return not ground.in_state(address.county)
    return address.county in ground.counties if ground.counties else ground.in_state(address.county)


def fingerprint(address: Address, decided: dict[str, Any]) -> bytes:
    """What equal residences have in common: the address and what was decided about it."""
    return sha256(json.dumps([*address, decided], sort_keys=True, separators=(",", ":")).encode()).digest()


_KNOWN = select(Residence.fingerprint, Residence.id).where(Residence.fingerprint == any_(bindparam("these", type_=ARRAY(LargeBinary))))
_MAKE = insert(Residence).on_conflict_do_nothing(constraint="residences_once")


async def settle(tx: Tx, *, by: Actor, addresses: Collection[Address], on: date | None = None) -> dict[Address, UUID]:
    """The residence of each address, found or made, by the regions in force on a day; without one, by those that came last.

    An address that cannot be one (`fits`) is left out of the answer: the checks then refuse whoever is said to live there.
    A million people live at a few thousand addresses, so this is a few statements, and nothing is decided twice.
    """
    on = on or max((one.valid_from for one in await regions.editions(tx, by=by)), default=EARLIEST)
    ground = await regions.divisions(tx, by=by, on=on)
    home = (await states.this(tx, by=by)).postal
    meant = {address: tidy(address) for address in addresses}
    distinct = {address for address in meant.values() if fits(ground, address, home=home)}
    rows: dict[Address, dict[str, Any]] = {}
    for address in sorted(distinct, key=str):  # in one order, so that two transactions that make the same ones do not wait crosswise
        beyond = None if address.postal == home else address.postal
        decided = rules.decide(ground, county=address.county, place=address.place, zip_code=address.zip, out_of_state=beyond)
        told = {**address._asdict(), "regions": decided, "decided_on": on}
        rows[address] = {**told, "fingerprint": fingerprint(address, decided)}
    ids = await _found_or_made(tx, list(rows.values()))
    return {address: ids[rows[clean]["fingerprint"]] for address, clean in meant.items() if clean in rows}


async def _found_or_made(tx: Tx, rows: list[dict[str, Any]]) -> dict[bytes, UUID]:
    ids: dict[bytes, UUID] = {}
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        ids |= await _known(tx, batch)
        if missing := [row for row in batch if row["fingerprint"] not in ids]:
            await tx.run(_MAKE, missing)
            ids |= await _known(tx, missing)  # what another transaction made meanwhile is found too
    return ids


async def _known(tx: Tx, rows: list[dict[str, Any]]) -> dict[bytes, UUID]:
    found = await tx.all(_KNOWN, {"these": [row["fingerprint"] for row in rows]})
    return {row.fingerprint: row.id for row in found}


_LIVED_IN = select(Residence.id, Residence.postal, Residence.county, Residence.place, Residence.zip).where(
    exists().where(Participant.residence == Residence.id).correlate(Residence)
)
_MOVE = text("""
WITH moved AS (
  UPDATE participants p SET residence = m.new, revision = p.revision + 1
  FROM jsonb_to_recordset(:moves) AS m (old uuid, new uuid) WHERE p.residence = m.old RETURNING p.id
), marked AS (INSERT INTO touched (participant) SELECT id FROM moved RETURNING 1)
SELECT count(*) FROM moved
""").bindparams(bindparam("moves", type_=JSONB))


async def resettle(tx: Tx, *, by: Actor, on: date) -> int:
    """Decide the regions of every address at which somebody lives anew, by the regions in force on a day. Answers how many people it moved.

    Enrollments keep the residence of their own first day, so what was reported of them stays so.
    """
    lived_in = {row.id: Address(row.postal, row.county, row.place, row.zip) for row in await tx.all(_LIVED_IN)}
    now = await settle(tx, by=by, addresses=set(lived_in.values()), on=on)
    moves = [{"old": str(old), "new": str(now[at])} for old, at in lived_in.items() if now.get(at, old) != old]
    people = 0
    for start in range(0, len(moves), BATCH):
        people += int(await tx.scalar(_MOVE, {"moves": moves[start : start + BATCH]}))
    if people:
        await note(tx, "resettle", by=by, rows=people, detail={"on": str(on), "addresses": len(moves)})
    return people
