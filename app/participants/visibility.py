"""Who may see whom: the one answer, as SQL, that every question and check about people asks.

State staff see everybody in the state, which row policies keep to themselves; a partner sees its caseload.
"""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from app.core.actor import Actor
from app.core.acts import By
from app.participants.models import Caseload, Participant

AnySelect = TypeVar("AnySelect", bound=Select[Any])


def visible(participant: ColumnElement[UUID] | Any, by: type[By] = By) -> ColumnElement[bool]:
    """Whether the caller may see the participant whose id the column holds.

    A statement that says this is run with `Actor.binds`. That there is such a participant, `known` asks.
    """
    load = aliased(Caseload, name="own_caseload")  # another name, lest a column of `caseload` be compared with itself
    mine = exists().where(load.partner == by.partner, load.participant == participant).correlate_except(load)
    return or_(by.partner.is_(None), mine)


def known(participant: ColumnElement[UUID] | Any, by: type[By] = By) -> ColumnElement[bool]:
    """Whether there is a participant with that id whom the caller may see. One who is there and not theirs is answered like nobody."""
    who = aliased(Participant, name="who")
    return exists().where(who.id == participant, visible(who.id, by)).correlate_except(who)


def only_visible(statement: AnySelect, participant: ColumnElement[UUID] | Any, *, by: Actor) -> AnySelect:
    """The same as `visible` for a list: it starts at the caller's caseload, and not at everybody in the state. Run with `Actor.binds`."""
    if by.partner is None:
        return statement
    return statement.where(participant.in_(select(Caseload.participant).where(Caseload.partner == By.partner)))
