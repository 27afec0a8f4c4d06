"""Which version of a path may be started, where and when: as SQL, for the checks and questions of this room and of those above."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, or_, select

from app.career_paths.models import CareerPath, OfferedRegion


def may_start(on: Any) -> ColumnElement[bool]:
    """Of `CareerPath`: whether this version may be started on a day. A draft never; a retired one until the day of its end."""
    open_still = or_(CareerPath.valid_until.is_(None), CareerPath.valid_until > on)
    return and_(CareerPath.status != "draft", CareerPath.valid_from <= on, open_still)


def version_on(key: Any, on: Any) -> ScalarSelect[UUID]:
    """The id of the version of a path that may be started on a day, or NULL. There is one at most: the database sees to it."""
    return select(CareerPath.id).where(CareerPath.key == key, may_start(on)).scalar_subquery()


def offered_to(regions: Any) -> ColumnElement[bool]:
    """Of `CareerPath`: whether it is offered to somebody who lives in `regions`, a residence's: `{system: {"region": code}}`."""
    lived_in = regions[OfferedRegion.system]["region"].astext == OfferedRegion.region
    return or_(CareerPath.everywhere, exists().where(OfferedRegion.career_path == CareerPath.id, lived_in))


def offered_in(system: Any, region: Any) -> ColumnElement[bool]:
    """Of `CareerPath`: whether it is offered in a region of a system."""
    here = (OfferedRegion.career_path == CareerPath.id, OfferedRegion.system == system, OfferedRegion.region == region)
    return or_(CareerPath.everywhere, exists().where(*here))
