"""`enroll`, `service`, `complete` and `credential`: people on their way."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from app.cli.people import given
from app.cli.running.options import AsJson, On, OnlyId, Partner, Profile

if TYPE_CHECKING:
    from app.client import AsyncClient
    from app.contract.enrollments import Enrollment, Recorded

Person = Annotated[str, typer.Argument(help="The person's id.")]
OfEnrollment = Annotated[str, typer.Argument(help="The enrollment's id, as `enroll` answered it.")]


def enroll(
    participant: Person,
    career_path: Annotated[
        str, typer.Argument(help="The path's key, as welding: the version that may be started that day; or a version's id.")
    ],
    on: On,
    planned_end: Annotated[
        str | None, typer.Option(help="The day on which the path is to be finished; its planned weeks say, if left out.")
    ] = None,
    reference: Annotated[str | None, typer.Option(help="Your own id for the enrollment.")] = None,
    partner: Partner = None,
    profile: Profile = None,
    as_json: AsJson = False,
    only_id: OnlyId = False,
) -> None:
    """Start a person on a career path."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show
    from app.contract.enrollments import NewEnrollment

    async def start(client: "AsyncClient") -> "Enrollment":
        told = given(participant=participant, started_on=on, planned_end=planned_end, reference=reference, partner=partner)
        first = NewEnrollment.model_validate(
            {**told, "career_path": _id(career_path) or UUID(int=0)}
        )  # what is wrong is told before asking
        version = _id(career_path) or (await client.career_paths.get(career_path, on=first.started_on)).id
        made = await client.enrollments.enroll(NewEnrollment.model_validate({**told, "career_path": version}))
        return await client.enrollments.get(made.id)

    show(ask(profile, start), as_json=as_json, only_id=only_id)


def service(
    participant: Person,
    kind: Annotated[str, typer.Argument(help="Its kind in the service catalogue, as career_counseling.")],
    program: Annotated[str, typer.Option(help="The program under which it is given, as adult.")],
    on: On,
    until: Annotated[str | None, typer.Option(help="Of a kind that runs: its last day.")] = None,
    planned_for: Annotated[
        str | None, typer.Option(help="The day for which it is planned; --on is the day on which that was written down.")
    ] = None,
    enrollment: Annotated[str | None, typer.Option(help="The enrollment that it is part of.")] = None,
    partner: Partner = None,
    profile: Profile = None,
    as_json: AsJson = False,
    only_id: OnlyId = False,
) -> None:
    """Record a service, or one that is planned."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show
    from app.contract.enrollments import NewPlannedService, NewService

    if planned_for is not None and (until is not None or enrollment is not None):
        raise typer.BadParameter("A planned service has no --until and no --enrollment.", param_hint="--planned-for")

    async def record(client: "AsyncClient") -> "Recorded":
        told = given(kind=kind, program=program, partner=partner)
        if planned_for is not None:
            plan = NewPlannedService.model_validate({**told, "documented_on": on, "planned_for": planned_for})
            return await client.planned_services.record(participant, plan)
        done = NewService.model_validate({**told, **given(given_on=on, ended_on=until, enrollment=enrollment)})
        return await client.services.record(participant, done)

    show(ask(profile, record), as_json=as_json, only_id=only_id)


def complete(
    enrollment: OfEnrollment,
    on: On,
    step: Annotated[str | None, typer.Argument(help="The step's key, number or id; left out: the whole path.")] = None,
    profile: Profile = None,
    as_json: AsJson = False,
    only_id: OnlyId = False,
) -> None:
    """Record that a step was finished, or the whole path."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show
    from app.contract.enrollments import Ending, NewStepCompletion
    from app.core.errors import Invalid

    async def finish(client: "AsyncClient") -> "Recorded":
        ending = Ending.model_validate({"ended_on": on})
        read = await client.enrollments.get(enrollment)
        if step is None:
            return await client.enrollments.complete(enrollment, ending, revision=read.revision)
        named = [one for one in read.steps if step in (one.key, str(one.position), str(one.step))]
        if not named:
            steps = ", ".join(f"{one.position} {one.key}" for one in read.steps)
            raise Invalid(f"The path has no step '{step}'. Its steps: {steps}.")
        done = NewStepCompletion(step=named[0].step, completed_on=ending.ended_on)
        return await client.enrollments.complete_step(enrollment, done)

    show(ask(profile, finish), as_json=as_json, only_id=only_id)


def credential(
    enrollment: OfEnrollment,
    name: Annotated[str, typer.Option(help="What it is called.")],
    wioa_type: Annotated[str, typer.Option("--type", help="PIRL 1800 in words, as occupational_certification or associate.")],
    on: On,
    issuer: Annotated[str | None, typer.Option(help="Who awards it.")] = None,
    partner: Partner = None,
    profile: Profile = None,
    as_json: AsJson = False,
    only_id: OnlyId = False,
) -> None:
    """Record a credential that an enrollment led to."""
    from app.cli.running.asking import ask
    from app.cli.running.showing import show
    from app.contract.enrollments import NewCredentialOfEnrollment

    async def award(client: "AsyncClient") -> "Recorded":
        told = given(name=name, wioa_type=wioa_type, awarded_on=on, issuer=issuer, partner=partner)
        return await client.credentials.record_enrolled(enrollment, NewCredentialOfEnrollment.model_validate(told))

    show(ask(profile, award), as_json=as_json, only_id=only_id)


def _id(text: str) -> UUID | None:
    """An id, if that is what it is."""
    try:
        return UUID(text)
    except ValueError:
        return None


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    for command in (enroll, service, complete, credential):
        cli.command()(command)
