"""Verbs about people: register, change, merge and un-merge; and the reads that leave an entry."""

from sqlalchemy import CTE, ColumnElement, func, insert, literal_column, select

from app.audit.entries import audited
from app.core.acts import Act, By, Made
from app.participants.caseload import joining
from app.participants.checks import REGISTERING
from app.participants.models import Participant, PartnerReference
from app.participants.touched import touching

_GIVEN = ("birth_date", "ssn_sealed", "ssn_token", "phone", "address", "residence", "sex", "hispanic", "races", "veteran")


def _register(candidate: CTE, admitted: ColumnElement[bool]) -> Made:
    """New people, each a person of its own; the registering partner's reference, and its caseload."""
    c, partner = candidate.c, func.coalesce(candidate.c.partner, By.partner)
    told = {
        "id": c.id,
        "person": c.id,
        "first_name": func.btrim(c.first_name),
        "last_name": func.btrim(c.last_name),
        "email": func.lower(c.email),
        **{name: c[name] for name in _GIVEN},
        "registered_by": partner,
        "registered_on": c.registered_on,
        "act": By.act,
    }
    made = insert(Participant).from_select(list(told), select(*told.values()).where(admitted)).returning(Participant.id).cte("made")
    own = select(partner, func.btrim(c.reference), c.id).where(admitted, c.reference.is_not(None))
    known_as = insert(PartnerReference).from_select(["partner", "reference", "participant"], own)
    registered = select(partner.label("partner"), c.id.label("participant"), c.registered_on.label("since")).where(admitted)
    return (
        made,
        known_as.returning(literal_column("1")).cte("known_as"),
        joining(registered),
        audited("register", made),
        touching(made, made.c.id),
    )


REGISTER = Act(REGISTERING, _register)
"""Register people. Run with `today`. Whether a person is known to somebody else makes no difference to the answer."""
