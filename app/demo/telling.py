"""The story told: chapter by chapter what happened to one person, each with the request that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.access.permissions import Role
from app.core.actor import Actor
from app.core.db import Read
from app.core.periods import Period, number, spoken
from app.demo import story
from app.demo.figures import PERIOD, SYSTEM
from app.demo.world import World
from app.enrollments.models import Enrollment, Participation
from app.outcomes import files
from app.outcomes.disclosure import Internal
from app.outcomes.indicators import Population
from app.outcomes.table import Figure, Table
from app.participants.models import PartnerReference

TITLE = f"The story of {story.NAME}: she is invented; the notice, the region, the path's steps and the rules are real"
NOTICES = "https://dol.ny.gov/warn-notices"
NEXT = Period(PERIOD.kind, PERIOD.quarter + 1)
CELL = (story.REGION, Population.WIOA_PARTICIPANTS, "employment_rate_q2")


@dataclass(frozen=True)
class Chapter:
    """What happened, and the commands that show it."""

    says: str
    shown_by: tuple[str, ...]


@dataclass(frozen=True)
class Her:
    """The ids under which she is known."""

    participant: UUID
    enrollment: UUID
    participation: UUID


async def her(read: Read, *, by: Actor) -> Her:
    """Find her by the references that her board and her college use."""
    participant = await read.scalar(select(PartnerReference.participant).where(PartnerReference.reference == story.REFERENCE))
    enrollment = await read.scalar(select(Enrollment.id).where(Enrollment.reference == story.ENROLLMENT))
    hers = (Participation.person == participant, Participation.superseded_at.is_(None))
    participation = await read.scalar(select(Participation.id).where(*hers))
    found = (participant, enrollment, participation)
    assert None not in found, "the person of the story is in"
    return Her(*found)


@dataclass(frozen=True)
class Asking:
    """How one asks the served API for something, as a kind of user."""

    url: str
    keys: Mapping[Role, str]

    def __call__(self, role: Role, path: str) -> str:
        return f"curl -s -H 'Authorization: Bearer {self.keys[role]}' '{self.url}/v1/{path}'"


def chapters(she: Her, world: World, table: Internal[Table], ask: Asking) -> list[Chapter]:
    """The story, from the notice to the receipt."""
    return [*_found(she, ask), *_learned(she, world, ask), *_counted(she, world, table, ask)]


def _found(she: Her, ask: Asking) -> list[Chapter]:
    notice = story.NOTICE
    return [
        Chapter(
            f"The notice. On {notice.noticed_on:%-d %B %Y} {notice.employer} told the state that it closes its site at {notice.site}: "
            f"{notice.affected} people lose their work. {story.NAME} stands for one of them. (Source: {notice.source}.)",
            (NOTICES, ask(Role.BOARD_STAFF, f"layoff-notices?county={notice.county}&since={notice.noticed_on}")),
        ),
        Chapter(
            "Her region. She lives in Erie County, so she belongs to Western New York and to the Erie workforce board.",
            (ask(Role.BOARD_STAFF, f"locate?county={notice.county}&on={notice.noticed_on}"),),
        ),
        Chapter(
            f"Her board. It registers her on {story.ENTRY:%-d %B %Y} and assesses what she needs: her participation begins.",
            (ask(Role.BOARD_STAFF, f"participants/{she.participant}/timeline"),),
        ),
    ]


def _learned(she: Her, world: World, ask: Asking) -> list[Chapter]:
    exit_ = story.exited(world)
    region = f"region-systems/{SYSTEM}/regions/{story.REGION}"
    return [
        Chapter(
            f"Her path. A community college enrolls her as a pharmacy technician on {story.STARTED:%-d %B %Y}, and she finishes all steps "
            f"on {story.finished(world):%-d %B %Y}. The occupation is among the region's in-demand jobs.",
            (
                ask(Role.COLLEGE_STAFF, f"career-paths/{story.PATH}?on={story.STARTED}"),
                ask(Role.COLLEGE_STAFF, f"enrollments/{she.enrollment}"),
                ask(Role.COLLEGE_STAFF, f"{region}/in-demand-jobs?on={story.STARTED}"),
            ),
        ),
        Chapter(
            f"Her exit. Her last service is on {exit_:%-d %B %Y}. Nobody enters an exit: when 90 days without a service have passed, that "
            f"day is it, in {spoken(number(exit_))}.",
            (ask(Role.BOARD_STAFF, f"participations/{she.participation}"),),
        ),
    ]


def _counted(she: Her, world: World, table: Internal[Table], ask: Asking) -> list[Chapter]:
    second = spoken(number(story.exited(world)) + 2)
    wages = next(wages for quarter, _, wages, *_ in story.WAGES if quarter == second.replace(" ", ""))
    cell, asked = figure(table), f"period={PERIOD}&system={SYSTEM}"
    one = "region={}&population={}&indicator={}".format(*CELL)
    return [
        Chapter(
            f"Her wages. In {second}, the second quarter after her exit, the wage match finds ${float(wages):,.2f} at a pharmacy.",
            (ask(Role.STATE_ADMIN, f"participants/{she.participant}/employment-records"),),
        ),
        Chapter(
            f"Her region's figure. Of {cell.denominator} whose exit was in {cell.indicator.cohort.shown} in {cell.region_name}, "
            f"{cell.numerator} were employed in the second quarter after it: {files.spoken(cell)}. She is one of them. (A policymaker "
            "is told why not: these figures are unprotected.)",
            (ask(Role.STATE_ADMIN, f"outcomes?{asked}"), ask(Role.POLICYMAKER, f"outcomes?{asked}")),
        ),
        Chapter(
            "Its receipt: the definition, the cohort, the facts it was computed from, and what became of everybody whom it does not count.",
            (ask(Role.STATE_ADMIN, f"outcomes/receipt?{asked}&{one}"),),
        ),
        Chapter(
            "What nobody knows yet: how many of those work whose exit was a quarter after hers. Employers have not reported all of it, so "
            f"the figure is no number, and no zero: not_yet_available, due in the report of {spoken(NEXT.quarter)}.",
            (ask(Role.STATE_ADMIN, f"outcomes/receipt?period={NEXT}&system={SYSTEM}&{one}"),),
        ),
    ]


def figure(table: Internal[Table]) -> Figure:
    """The cell in which she is counted."""
    found = table.content.figure(*CELL)
    assert found is not None, "the table has a cell for her region"
    return found
