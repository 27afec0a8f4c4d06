"""Eligibility: what a worker determines, what would follow, and the rules themselves."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from app.access.dependencies import Read, Today, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.contract import eligibility as contract
from app.core.actor import Actor
from app.enrollments import determinations
from app.enrollments.eligibility import RULES, VERSION
from app.enrollments.eligibility_facts import DOCUMENTS, FACTS, Given
from app.states import queries as states

router = APIRouter(prefix="/v1", tags=["eligibility"], route_class=Once)

Reader = Annotated[Actor, may(Permission.READ_PEOPLE)]
Worker = Annotated[Actor, may(Permission.SERVE)]
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or none that you may see."}}


@router.get("/eligibility-rules")
async def read_eligibility_rules(
    read: Read, by: Annotated[Actor, may_see(Permission.READ_DEFINITIONS)], today: Today
) -> contract.EligibilityRules:
    """The rules of eligibility, the facts that they ask for, and what can show a fact."""
    applied = (await states.policy(read, by=by, on=today)).eligibility_rules
    return contract.EligibilityRules(
        version=VERSION,
        rules=[contract.EligibilityRuleTold.model_validate({**vars(rule), "applied": name in applied}) for name, rule in RULES.items()],
        facts=[
            contract.FactTold.model_validate(
                {"name": name, "told": fact.told, "holds": fact.holds.value, "words": fact.words, "elements": fact.elements}
            )
            for name, fact in FACTS.items()
        ],
        documents=list(DOCUMENTS),
    )


@router.post("/participants/{participant}/eligibility", responses=MISSING)
async def consider_eligibility(participant: UUID, asked: contract.Considered, tx: Tx, by: Worker) -> contract.Determined:
    """What would follow from these facts, and which are lacking. Nothing is recorded but that somebody looked."""
    found = await determinations.consider(
        tx, by=by, participant=participant, program=asked.program, determined_on=asked.determined_on, facts=_given(asked)
    )
    return contract.Determined.model_validate(determinations.plain(found))


@router.post("/participants/{participant}/eligibility-determinations", status_code=201, responses=MISSING)
async def determine_eligibility(
    participant: UUID, new: contract.NewDetermination, tx: Tx, by: Worker, today: Today, response: Response
) -> contract.Determination:
    """Determine whether a person is eligible for a program. What is determined is never changed: later facts make another one."""
    made = await determinations.record(
        tx,
        by=by,
        today=today,
        participant=participant,
        program=new.program,
        determined_on=new.determined_on,
        worker=new.worker,
        facts=_given(new),
        partner=new.partner,
    )
    response.headers["Location"] = f"/v1/eligibility-determinations/{made}"
    return _determination(await determinations.one(tx, by=by, today=today, determination=made))


@router.get("/participants/{participant}/eligibility-determinations", responses=MISSING)
async def list_determinations(participant: UUID, tx: Tx, by: Reader, today: Today) -> contract.Determinations:
    """A person's determinations, newest first."""
    rows = await determinations.of_person(tx, by=by, today=today, participant=participant)
    return contract.Determinations(items=[_determination(row) for row in rows])


@router.get("/eligibility-determinations/{determination}", responses=MISSING)
async def read_determination(determination: UUID, tx: Tx, by: Reader, today: Today) -> contract.Determination:
    """One determination as it was made: the facts as known, and what each rule said."""
    return _determination(await determinations.one(tx, by=by, today=today, determination=determination))


def _given(asked: contract.Considered) -> dict[str, Given]:
    return {name: Given(one.value, one.document, one.reference) for name, one in asked.facts.items()}


def _determination(row: Any) -> contract.Determination:
    return contract.Determination.model_validate(dict(row._mapping))
