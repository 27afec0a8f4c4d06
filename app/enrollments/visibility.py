"""Who may see what a partner recorded: itself, the state's own staff, and those with whom it agreed to share."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_

from app.core.acts import By
from app.partners.models import Agreement


def shared(partner: ColumnElement[UUID] | Any, by: type[By] = By) -> ColumnElement[bool]:
    """Whether the caller may see what the partner in the column recorded; what the state recorded (no partner), everybody may who sees the
    person. A statement that says this is run with `Actor.binds` and `by_today`: agreements hold from a day until a day."""
    holds = (Agreement.valid_from <= by.today, or_(Agreement.valid_until.is_(None), Agreement.valid_until > by.today))
    agreed = exists().where(Agreement.kind == "share_records", Agreement.partner == partner, Agreement.with_partner == by.partner, *holds)
    return or_(by.partner.is_(None), partner.is_(None), partner == by.partner, agreed.correlate_except(Agreement))
