"""Which version of a path may be started, where and when: as SQL, for the checks and questions of this room and of those above."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from app.career_paths.models import CareerPath, OfferedRegion


def may_start(on: Any) -> ColumnElement[bool]:
    """Of `CareerPath`: whether this version may be started on a day. A draft never; a retired one until the day of its end."""
    open_still = or_(CareerPath.valid_until.is_(None), CareerPath.valid_until > on)
    return and_(CareerPath.status != "draft", CareerPath.valid_from <= on, open_still)


def offered_in(system: Any, region: Any) -> ColumnElement[bool]:
    """Of `CareerPath`: whether it is offered in a region of a system."""
    here = (OfferedRegion.career_path == CareerPath.id, OfferedRegion.system == system, OfferedRegion.region == region)
    return or_(CareerPath.everywhere, exists().where(*here))
