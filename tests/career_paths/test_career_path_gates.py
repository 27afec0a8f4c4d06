"""The quality gates, one mistake at a time."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.career_paths.rules import (
    PIRL_1800,
    Credential,
    Finding,
    Occupation,
    Path,
    Provider,
    Region,
    Step,
    Surroundings,
    Totals,
    findings,
    totals,
    way_back,
)

TECHNICIAN = Occupation("soc_2018", "29-2052")
WESTERN, NORTHERN = Region("labor_market_region", "western_new_york"), Region("labor_market_region", "north_country")
LICENSE = Credential("Registered pharmacy technician", "occupational_license", "New York State Education Department")
COURSE = Step("course", "Course", "course", 40, 4, "online", Provider("boces", "x"), Decimal("500.00"), sources=("s",))
EXAM = Step("exam", "Exam", "credential", 2, 1, "online", Provider("state", "x"), Decimal("129.50"), credential=LICENSE, sources=("s",))
PHARMACY = Path("pharmacy", "Pharmacy", "s", date(2025, 7, 1), "s", (TECHNICIAN,), (WESTERN,), (COURSE, EXAM))
KNOWN = Surroundings({TECHNICIAN}, {WESTERN, NORTHERN}, {"nursing": ("doctor",), "doctor": ()}, {WESTERN: {"29-2052"}})


def said(path: Path, known: Surroundings = KNOWN) -> list[tuple[str, str, bool]]:
    return [(f.code, f.pointer, f.refuses) for f in findings(path, known)]


def test_a_good_path_passes() -> None:
    assert findings(PHARMACY, KNOWN) == ()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"steps": (COURSE, EXAM, COURSE)}, [("step_twice", "/steps/2/key", True)]),
        ({"target_occupations": (TECHNICIAN, TECHNICIAN)}, [("target_twice", "/target_occupations/1", True)]),
        (
            {"target_occupations": (TECHNICIAN, Occupation("soc_2018", "29-2059"))},
            [("unknown_occupation", "/target_occupations/1/code", True)],
        ),
        ({"regions_offered": (WESTERN, WESTERN)}, [("region_twice", "/regions_offered/1", True)]),
        (
            {"regions_offered": (WESTERN, Region("lwda", "western_new_york"))},
            [("unknown_region_system", "/regions_offered/1/system", True)],
        ),
        ({"regions_offered": (WESTERN, replace(WESTERN, code="atlantis"))}, [("unknown_region", "/regions_offered/1/code", True)]),
        ({"regions_offered": None}, []),
        ({"leads_to": ("nursing", "surgeon")}, [("unknown_path", "/leads_to/1", True)]),
        ({"leads_to": ("nursing", "nursing")}, [("rung_twice", "/leads_to/1", True)]),
        ({"leads_to": ("pharmacy",)}, [("goes_in_a_circle", "/leads_to/0", True)]),
        ({"steps": (replace(COURSE, hours=240), EXAM)}, []),
        ({"steps": (replace(COURSE, hours=241), EXAM)}, [("too_many_hours_a_week", "/steps/0/weeks", True)]),
        ({"steps": (replace(COURSE, hours_basis="set", sources=()), EXAM)}, [("uncited", "/steps/0/sources", True)]),
        ({"steps": (COURSE, EXAM, replace(EXAM, key="b", credential=None))}, [("credential_not_named", "/steps/2/credential", True)]),
        ({"steps": (COURSE,)}, [("no_recognized_credential", "/steps", False)]),
        (
            {"target_occupations": (Occupation("onet_soc_2019", "29-2052.00"),)},
            [("unknown_occupation", "/target_occupations/0/code", True)],
        ),
    ],
)
def test_each_gate_names_what_it_refuses(change: dict[str, object], found: list[tuple[str, str, bool]]) -> None:
    assert said(replace(PHARMACY, **change)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("credential", "found"),
    [
        (Credential("Welding", "occupational_certificate", "Erie County Workforce Development Board"), [("board_certificate", True)]),
        (Credential("Welding", "not_recognized", "Erie County Workforce Development Board"), [("no_recognized_credential", False)]),
        (Credential("National Career Readiness Certificate", "other_recognized", "ACT"), [("sounds_like_work_readiness", False)]),
        (Credential("OSHA 10 card", "occupational_certificate", "OSHA"), [("sounds_like_work_readiness", False)]),
        (Credential("OSHA 10 card", "not_recognized", "OSHA"), [("no_recognized_credential", False)]),
        (Credential("Forklift license", "occupational_license", "x"), []),
    ],
)
def test_what_is_no_recognized_credential(credential: Credential, found: list[tuple[str, bool]]) -> None:
    """TEGL 10-16 Change 3, section D."""
    path = replace(PHARMACY, steps=(COURSE, replace(EXAM, credential=credential)))
    assert [(code, refuses) for code, _, refuses in said(path)] == found


def test_a_path_is_warned_of_where_it_is_not_in_demand() -> None:
    everywhere = replace(PHARMACY, regions_offered=None)
    known = replace(KNOWN, in_demand={WESTERN: {"29-2052"}, NORTHERN: {"47-2111"}})
    detail = "None of its occupations is in demand in north_country on 2025-07-01."
    assert findings(everywhere, known) == (Finding("not_in_demand", "/target_occupations", detail, refuses=False),)
    assert findings(PHARMACY, known) == ()  # it is not offered there
    onet = replace(everywhere, target_occupations=(Occupation("onet_soc_2019", "47-2111.00"),))
    known = replace(known, occupations={Occupation("onet_soc_2019", "47-2111.00")}, in_demand={NORTHERN: {"47-2111"}})
    assert findings(onet, known) == ()  # compared at six digits


def test_a_ladder_that_leads_back_says_the_way() -> None:
    known = replace(KNOWN, paths={"nursing": ("doctor",), "doctor": ("pharmacy",)})
    [finding] = findings(replace(PHARMACY, leads_to=("nursing",)), known)
    assert finding.detail == "This leads back to itself: pharmacy -> nursing -> doctor -> pharmacy."


def test_totals_are_sums() -> None:
    assert totals(PHARMACY.steps) == Totals(hours=42, weeks=5, cost=Decimal("629.50"))


def test_every_credential_type_has_its_pirl_code() -> None:
    """PIRL 1800: 1 to 7, and 0 for no recognized credential."""
    assert sorted(PIRL_1800.values()) == list(range(8))


NODES = "abcdef"


@settings(deadline=None)
@given(edges=st.dictionaries(st.sampled_from(NODES), st.lists(st.sampled_from(NODES), max_size=3)))
def test_a_way_back_is_found_exactly_when_there_is_one(edges: dict[str, list[str]]) -> None:
    reached = {node: set(edges.get(node, [])) for node in NODES}
    for middle in NODES:
        for start in NODES:
            if middle in reached[start]:
                reached[start] |= reached[middle]
    for home in NODES:
        for start in NODES:
            way = way_back(home, start, edges)
            assert bool(way) == (start == home or home in reached[start])
            assert not way or (way[0] == start and way[-1] == home)
            assert all(after in edges[before] for before, after in pairwise(way))
