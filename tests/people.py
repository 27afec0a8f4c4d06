"""The people of the tests, the same in every test: who they are, what they work for, and the keys that they hold.

Alice owns what a test makes, Bob is her colleague, and Charlie, of another board, must see nothing of theirs. Dana is the state's
own staff, Priya a college's, Pat reads aggregates alone. Nia is the staff of *another state* and must see nothing at all.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, func, insert, text

from app.access.models import ApiKey
from app.access.permissions import ROLES, Role
from app.core.actor import Actor
from app.partners.models import Partner
from app.states.models import State


@dataclass(frozen=True)
class Organisation:
    """A partner of New York's."""

    id: UUID
    key: str
    name: str
    kind: str


@dataclass(frozen=True)
class Person:
    """One caller: the key that it sends, and the actor that the key makes it."""

    id: UUID
    name: str
    role: Role
    state: str = "us-ny"
    partner: Organisation | None = None

    @property
    def key(self) -> str:
        return f"wf_{self.name.lower()}_of_the_tests"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def actor(self) -> Actor:
        partner = self.partner.id if self.partner else None
        zone = STATES[self.state]["time_zone"]
        return Actor(self.id, self.state, partner, self.role.value, frozenset(ROLES[self.role]), "test", zone)


def _numbered(number: int) -> UUID:
    return UUID(int=0x0192_0000_0000_7000_8000_0000_0000_0000 + number)


ERIE = Organisation(_numbered(101), "erie_board", "Erie Workforce Board", "workforce_board")
MONROE = Organisation(_numbered(102), "monroe_board", "Monroe Workforce Board", "workforce_board")
NIAGARA = Organisation(_numbered(103), "niagara_college", "Niagara Community College", "community_college")
PARTNERS = (ERIE, MONROE, NIAGARA)

ALICE = Person(_numbered(1), "Alice", Role.BOARD_STAFF, partner=ERIE)
BOB = Person(_numbered(2), "Bob", Role.BOARD_STAFF, partner=ERIE)
CHARLIE = Person(_numbered(3), "Charlie", Role.BOARD_STAFF, partner=MONROE)
DANA = Person(_numbered(4), "Dana", Role.STATE_ADMIN)
PRIYA = Person(_numbered(5), "Priya", Role.COLLEGE_STAFF, partner=NIAGARA)
PAT = Person(_numbered(6), "Pat", Role.POLICYMAKER)
NIA = Person(_numbered(7), "Nia", Role.STATE_ADMIN, state="us-nj")
PEOPLE = (ALICE, BOB, CHARLIE, DANA, PRIYA, PAT, NIA)

STATES = {
    "us-ny": {"name": "New York", "fips": "36", "postal": "NY", "time_zone": "America/New_York"},
    "us-nj": {"name": "New Jersey", "fips": "34", "postal": "NJ", "time_zone": "America/New_York"},
}


def settle(owner: Connection) -> None:
    """Put the two states, New York's partners and everybody's keys into a migrated database, as the owner of its tables."""
    owner.execute(insert(State), [{"id": state, **about} for state, about in STATES.items()])
    owner.execute(text("SELECT set_config('app.state', 'us-ny', true)"))
    since = {"active_from": date(2015, 7, 1)}
    owner.execute(insert(Partner), [{"id": p.id, "key": p.key, "name": p.name, "kind": p.kind, **since} for p in PARTNERS])
    for person in PEOPLE:
        owner.execute(
            insert(ApiKey).values(
                id=person.id,
                digest=sha256(person.key.encode()).digest(),
                prefix=person.key[:9],
                state=person.state,
                partner=person.actor.partner,
                role=person.role.value,
                label=person.name,
                expires_at=func.now() + timedelta(days=30),
            )
        )
