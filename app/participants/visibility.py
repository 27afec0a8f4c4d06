"""Who may see whom: the one answer, as SQL, that every question and check about people asks."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_

from app.core.acts import By
from app.participants.models import Caseload, Participant


def visible(participant: ColumnElement[UUID] | Any, by: type[By] = By) -> ColumnElement[bool]:
    """Whether the caller may see the participant whose id the column holds: state staff everybody in the state, a partner its caseload.

    A statement that says this is run with `Actor.binds`. That there is such a participant, `known` asks.
    """
    mine = exists().where(Caseload.partner == by.partner, Caseload.participant == participant).correlate_except(Caseload)
    return or_(by.partner.is_(None), mine)


def known(participant: ColumnElement[UUID] | Any, by: type[By] = By) -> ColumnElement[bool]:
    """Whether there is a participant with that id whom the caller may see. One who is there and not theirs is answered like nobody."""
    return exists().where(Participant.id == participant, visible(Participant.id, by)).correlate_except(Participant)
