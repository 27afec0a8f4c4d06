"""What a partner that has ended, or has not begun, may still do.

It begins nothing: on a day on which it does not serve people, it registers and enrolls nobody, gives and plans no service, serves no
region and agrees to nothing. It brings to an end what it began: steps of its enrollments, completion and withdrawal, the end of a service
that runs, and what is learned later about the people it served - credentials, which count until a year after exit (29 USC
3141(b)(2)(A)(i)(IV)), reasons of exit, work and wages, which are followed up on until the fourth quarter after exit (TEGL 10-16 Change
3). It also takes back what it recorded. The day that counts is the fact's own, not the day of recording: what happened while the partner
served people is recorded whenever it is known.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_

from app.partners.models import Partner


def inactive(partner: ColumnElement[UUID] | Any, on: ColumnElement[date] | Any) -> ColumnElement[bool]:
    """Whether a partner, by its id, does not serve people on a day. False where there is no partner, or no day."""
    off = or_(Partner.active_from > on, Partner.active_until <= on)
    return exists().where(Partner.id == partner, off).correlate_except(Partner)
