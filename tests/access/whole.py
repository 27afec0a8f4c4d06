"""New York as a whole: its real definitions, and people of Alice's with a record of every kind. What stands where in an address.

await define(own_db)                        the definitions of regions/us-ny and career_paths/us-ny
held = await live(alice, dana, dora, done)  Alice's people and whatever else has an id
held.address("GET /v1/participants/{participant}")     that of what New York has
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient, Response

from app.definitions import applying
from app.definitions.kind import Home
from app.definitions.translation import fields, path_definition
from tests.career_paths.test_career_path_gates import PHARMACY
from tests.conftest import TODAY, TestDatabase
from tests.house.tree import ROOT
from tests.participants.world import ANA, registered
from tests.people import DANA, ERIE
from tests.regions import new_york

LONG_AGO, LAST_MONTH, LATER = "2026-03-02", "2026-09-15", "2027-01-01"
COUNSELING = {"kind": "career_counseling", "program": "adult"}
TRAINING = {"kind": "occupational_skills_training", "program": "adult"}
CREDENTIAL = {"name": "Pharmacy technician", "wioa_type": "occupational_certification", "awarded_on": LAST_MONTH}
PAY = {"quarter": "2026Q1", "employer": "16-0743966", "source": "supplemental", "wages": "9126.00"}
PLANNED = COUNSELING | {"documented_on": LAST_MONTH, "planned_for": "2026-12-01"}
EXCUSED = {"reason": "health_medical", "since": LAST_MONTH}
DETERMINED = {
    "program": "dislocated_worker",
    "determined_on": LAST_MONTH,
    "facts": {"separation": {"value": "laid_off", "document": "document", "reference": "letter of 30 January"}},
}
REPORT = "quarter@2026-09-30"
WHY = {"reason": "a slip"}
FILE = b"reference,first_name,last_name,birth_date,postal,county,registered_on,sex\nE-9,Eve,Example,1980-05-01,NY,36029,2026-03-02,2\n"
WRONG_LINE = b"E-8,Eli,Example,1980-15-01,NY,36029,2026-03-02,2\n"

QUERY: dict[str, dict[str, str]] = {
    "/v1/imports": {"kind": "participants"},
    "/v1/import-template": {"kind": "participants"},
    "/v1/locate": {"county": "36029"},
    "/v1/outcomes": {"period": REPORT},
    "/v1/outcomes.{form}": {"period": REPORT},
    "/v1/outcomes/people": {"period": REPORT, "region": "western_new_york", "indicator": "enrolled"},
    "/v1/outcomes/receipt": {"period": REPORT, "region": "western_new_york", "indicator": "enrolled"},
}
"""What a question needs beside its address."""


@dataclass(frozen=True)
class Held:
    """What New York has. `at`: what stands in an address after a word, or in the place of a parameter; `of`: the same for one request
    alone; `bodies`: what each writing request says, in an order in which New York's own staff can do one after the other."""

    at: dict[str, str]
    of: dict[str, dict[str, str]]
    bodies: dict[str, Any]

    def address(self, request: str) -> str:
        """The path of a request such as `GET /v1/partners/{key}`. Raises KeyError where nothing is known to stand there."""
        at, before = self.at | self.of.get(request, {}), ""

        def named(part: re.Match[str]) -> str:
            return at.get(part[1]) or at[before]

        done = []
        for word in request.split()[1].split("/"):
            done.append(re.sub(r"\{(\w+)\}", named, word))
            before = word
        return "/".join(done)


async def define(database: TestDatabase) -> None:
    """Apply the state's files."""
    async with database.transaction(DANA.actor) as tx:
        await applying.applied(tx, by=DANA.actor, wanted=applying.read(Home(ROOT, "us-ny")), on=TODAY)
        await tx.commit()


async def _made(client: AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, (path, answer.text)
    return str(answer.json().get("id"))


async def ask(caller: AsyncClient, request: str, address: str, body: Any = None) -> Response:
    """Send a request with what it needs beside its address; a body of bytes is a file."""
    method, path = request.split()
    sent: dict[str, Any] = {"content": body, "headers": {"Content-Type": "text/csv"}} if isinstance(body, bytes) else {"json": body}
    return await caller.request(method, address, params=QUERY.get(path), **sent)


async def live(alice: AsyncClient, dana: AsyncClient, dora: AsyncClient, done: Callable[[], Awaitable[None]]) -> Held:
    """Make a record of every kind: people as Alice, the rest as the state's staff, of whom Dora drafts a release. `done` does imports."""
    ana = await registered(alice)
    other = await registered(alice, first_name="Bea", ssn=None, reference="E-101")
    path = (await alice.get("/v1/career-paths/pharmacy_technician")).json()
    whole, left, slip = [
        await _made(alice, "/v1/enrollments", {"participant": who, "career_path": on, "started_on": LONG_AGO})
        for who, on in (
            (ana, path["id"]),
            (other, path["id"]),
            (ana, (await alice.get("/v1/career-paths/bookkeeping")).json()["id"]),
        )
    ]
    person, steps = f"/v1/participants/{ana}", [step["id"] for step in path["steps"]]
    for step in steps[:-1]:
        completion = await _made(alice, f"/v1/enrollments/{whole}/step-completions", {"step": step, "completed_on": LAST_MONTH})
    service = await _made(alice, f"{person}/services", COUNSELING | {"given_on": LAST_MONTH})
    running = await _made(alice, f"{person}/services", TRAINING | {"given_on": LONG_AGO})
    records = {
        "planned-services": await _made(alice, f"{person}/planned-services", PLANNED),
        "credentials": await _made(alice, f"{person}/credentials", CREDENTIAL),
        "exit-reasons": await _made(alice, f"{person}/exit-reasons", EXCUSED),
        "eligibility-determinations": await _made(alice, f"{person}/eligibility-determinations", DETERMINED | {"worker": "A. Adams"}),
        "employment-records": await _made(alice, f"{person}/employment-records", PAY),
        "participations": (await alice.get(f"{person}/participations")).json()["items"][0]["id"],
    }
    brought = await ask(alice, "POST /v1/imports", "/v1/imports", FILE + WRONG_LINE)
    assert brought.status_code == 202, brought.text
    await done()
    records["imports"] = brought.json()["id"]
    await _made(dana, "/v1/career-paths", fields(path_definition(PHARMACY)))
    board, serves = "/v1/partners/erie_board", {"system": "lwda", "region": "erie", "valid_from": LONG_AGO}
    layoff = {"employer": "Works", "site": "Works Street", "county": "36029", "notice_date": LAST_MONTH, "effective_date": LATER}
    agreed = {"kind": "wage_disclosure", "valid_from": LONG_AGO, "source": "a letter"}
    at = {
        "participants": ana,
        "enrollments": whole,
        "services": service,
        "step-completions": completion,
        **records,
        "partners": "erie_board",
        "sites": await _made(dana, f"{board}/sites", {"key": "main_street", "name": "Main Street", "county": "36029"}),
        "layoff-notices": await _made(dana, "/v1/layoff-notices", layoff | {"affected": 30, "event": "closure", "source": "s"}),
        "service-regions": await _made(dana, f"{board}/service-regions", serves),
        "agreements": await _made(dana, f"{board}/agreements", agreed),
        "releases": await _made(dora, "/v1/releases", {"period": REPORT}),
        "career-paths": "pharmacy_technician",
        "collections": (await dana.get("/v1/collections")).json()["items"][0]["key"],
        "occupations": "29-2052",
        "region-systems": "labor_market_region",
        "regions": "western_new_york",
        "from_system": "lwda",
        "to_system": "labor_market_region",
        "form": "csv",
    }
    return Held(at, _of(left, slip, running), await _bodies(dana, ana, other, steps[-1], serves, agreed))


def _of(left: str, slip: str, running: str) -> dict[str, dict[str, str]]:
    """What has to be another one than elsewhere, so that New York's staff could do it."""
    draft = {"career-paths": "pharmacy"}
    return {
        "PATCH /v1/career-paths/{key}": draft,
        "POST /v1/career-paths/{key}/publication": draft,
        "POST /v1/career-paths/{key}/retirement": draft,
        "POST /v1/enrollments/{enrollment}/withdrawal": {"enrollments": left},
        "POST /v1/enrollments/{record}/void": {"enrollments": slip},
        "POST /v1/services/{service}/ending": {"services": running},
    }


async def _bodies(
    dana: AsyncClient, ana: str, other: str, last_step: str, serves: dict[str, str], agreed: dict[str, str]
) -> dict[str, Any]:
    partner = {"partner": str(ERIE.id)}
    job = {"code": "29-2052", "rule": "board_decision", "source": "a resolution"}
    regions = new_york.definition("labor_market_region").model_dump(mode="json", exclude_defaults=True) | {"valid_from": LATER}
    path = (await dana.get("/v1/career-paths/welding")).json()["id"]
    board = {"key": "another_board", "name": "Another board", "kind": "workforce_board", "active_from": LONG_AGO}
    notice = {"employer": "Mill", "site": "Mill Street", "county": "36029", "notice_date": LAST_MONTH, "effective_date": LATER}
    zips = [{"zip": "14201", "county": "36029", "source": "s"}]
    return {
        "POST /v1/participants": ANA | partner | {"reference": "E-102", "ssn": None},
        "PATCH /v1/participants/{participant}": {"last_name": "Cruz-Example"},
        "POST /v1/enrollments": {"participant": ana, "career_path": path, "started_on": LAST_MONTH} | partner,
        "POST /v1/enrollments/{enrollment}/services": COUNSELING | {"given_on": LAST_MONTH} | partner,
        "POST /v1/enrollments/{enrollment}/credentials": CREDENTIAL | {"name": "Another"} | partner,
        "POST /v1/enrollments/{enrollment}/step-completions": {"step": last_step, "completed_on": LAST_MONTH},
        "POST /v1/enrollments/{enrollment}/completion": {"ended_on": LAST_MONTH},
        "POST /v1/enrollments/{enrollment}/withdrawal": {"ended_on": LAST_MONTH},
        "POST /v1/participants/{participant}/services": COUNSELING | {"given_on": LAST_MONTH} | partner,
        "POST /v1/participants/{participant}/planned-services": PLANNED | {"planned_for": "2026-12-02"} | partner,
        "POST /v1/participants/{participant}/credentials": CREDENTIAL | {"name": "A third"} | partner,
        "POST /v1/participants/{participant}/exit-reasons": EXCUSED | {"reason": "deceased"} | partner,
        "POST /v1/participants/{participant}/employment-records": PAY | {"quarter": "2026Q2"},
        "POST /v1/services/{service}/ending": {"ended_on": LAST_MONTH},
        "POST /v1/step-completions/{record}/void": WHY,
        "POST /v1/participants/{participant}/eligibility": DETERMINED,
        "POST /v1/participants/{participant}/eligibility-determinations": DETERMINED | {"worker": "D. Dale"} | partner,
        "POST /v1/eligibility-determinations/{record}/void": WHY,
        "POST /v1/credentials/{record}/void": WHY,
        "POST /v1/exit-reasons/{record}/void": WHY,
        "POST /v1/planned-services/{record}/void": WHY,
        "POST /v1/services/{record}/void": WHY,
        "POST /v1/employment-records/{record}/void": WHY,
        "POST /v1/enrollments/{record}/void": WHY,
        "POST /v1/participants/{participant}/merge": {"into": other},
        "DELETE /v1/participants/{participant}/merge": None,
        "POST /v1/partners": board,
        "PATCH /v1/partners/{key}": {"name": "Another name"},
        "POST /v1/partners/{key}/sites": {"key": "elm_street", "name": "Elm Street", "county": "36029"},
        "PATCH /v1/partners/{key}/sites/{site}": {"name": "Main Street and Elm"},
        "POST /v1/partners/{key}/service-regions": serves | {"region": "niagara"},
        "POST /v1/partners/{key}/service-regions/{which}/end": {"valid_until": LATER},
        "POST /v1/partners/{key}/agreements": agreed | {"kind": "wage_match"},
        "POST /v1/partners/{key}/agreements/{which}/end": {"valid_until": LATER},
        "POST /v1/career-paths": fields(path_definition(PHARMACY)) | {"key": "pharmacy_too"},
        "PATCH /v1/career-paths/{key}": {"title": "Another title"},
        "POST /v1/career-paths/{key}/publication": {},
        "POST /v1/career-paths/{key}/retirement": {"valid_until": LATER},
        "POST /v1/region-systems": {"key": "school_district", "title": "School districts", "source": "s"},
        "PUT /v1/region-systems/{system}/regions": regions,
        "PUT /v1/region-systems/{system}/regions/{code}/in-demand-jobs": {"valid_from": LATER, "jobs": [job]},
        "PUT /v1/places": {"items": (await dana.get("/v1/places")).json()["items"]},
        "PUT /v1/zip-areas": {"items": zips},
        "POST /v1/layoff-notices": notice | {"affected": 40, "event": "layoff", "source": "s"},
        "PATCH /v1/layoff-notices/{notice}": {"affected": 31},
        "POST /v1/layoff-notices/{notice}/void": WHY,
        "POST /v1/imports": FILE.replace(b"reference", b"partner,reference").replace(b"E-9", b"erie_board,E-10"),
        "POST /v1/imports/{run}/application": {"policy": "good"},
        "POST /v1/imports/{run}/cancellation": None,
        "POST /v1/releases": {"period": "quarter@2026-06-30"},
        "POST /v1/releases/{id}/certification": None,
        "POST /v1/releases/{id}/revision": {"says": "a wage came late"},
        "POST /v1/releases/{id}/withdrawal": {"because": "a slip"},
    }
