"""New York's paths and collections, as the files under career_paths/us-ny/ have them."""

from pathlib import Path

import pytest

from app.career_paths.rules import Surroundings, findings
from app.contract.career_paths import CareerPathDefinition, CollectionDefinition, Step
from app.definitions import translation, writing
from app.definitions.reading import Found, Reader

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "career_paths/us-ny"

READER = Reader(ROOT)
PATHS = {found.value.key: found for found in READER.tomls(FOLDER, CareerPathDefinition)}
COLLECTIONS = {found.value.key: found for found in READER.tomls(FOLDER / "collections", CollectionDefinition)}


def test_the_files_have_no_mistakes() -> None:
    assert READER.mistakes == []


def test_the_occupations_that_the_state_asked_for_have_paths() -> None:
    asked = {
        *("it_support", "data_analytics", "project_management", "ux_design", "cybersecurity"),
        *("nursing_assistant", "licensed_practical_nurse", "registered_nurse", "medical_assistant", "phlebotomy", "pharmacy_technician"),
        *("cdl_driver", "hvac_technician", "electrician_apprenticeship", "welding", "cnc_machining", "solar_installer"),
        *("bookkeeping", "early_childhood"),
    }
    assert asked == PATHS.keys()
    assert COLLECTIONS.keys() == {"digital_basics", "job_search_interviewing", "wellbeing_resilience"}


def test_the_nursing_ladder_goes_up() -> None:
    assert PATHS["nursing_assistant"].value.leads_to == ("licensed_practical_nurse",)
    assert PATHS["licensed_practical_nurse"].value.leads_to == ("registered_nurse",)


@pytest.mark.parametrize("found", PATHS.values(), ids=PATHS.keys())
def test_a_path_has_four_steps_or_more_with_hours_cost_credential_and_citations(found: Found[CareerPathDefinition]) -> None:
    path = found.value
    assert len(path.steps) >= 4
    assert all(step.sources for step in path.steps)
    assert any(step.credential and step.credential.wioa_type != "not_recognized" for step in path.steps)
    assert any(step.key == "interviewing" for step in path.steps)


@pytest.mark.parametrize("found", PATHS.values(), ids=PATHS.keys())
def test_a_path_passes_the_gates_that_need_no_other_file(found: Found[CareerPathDefinition]) -> None:
    path = translation.path(found.value)
    ladder = {key: other.value.leads_to for key, other in PATHS.items()}
    assert findings(path, Surroundings(path.target_occupations, path.regions_offered or (), ladder)) == ()


@pytest.mark.parametrize("found", [*PATHS.values(), *COLLECTIONS.values()], ids=[*PATHS, *COLLECTIONS])
def test_a_file_is_written_as_export_writes_it(found: Found[CareerPathDefinition] | Found[CollectionDefinition]) -> None:
    assert (ROOT / found.file).read_text(encoding="utf-8") == writing.toml(found.value)


def test_collections_hold_paths_that_there_are() -> None:
    collected = {item.key for found in COLLECTIONS.values() for item in found.value.items if not isinstance(item, Step)}
    assert collected
    assert collected <= PATHS.keys()


def test_regulated_hours_are_those_of_the_regulations() -> None:
    """10 NYCRR 415.26: 100 hours, 30 of them clinical. CDA: 120 and 480. CAPM: 23 contact hours."""
    hours = {(key, step.key): step.hours for key, found in PATHS.items() for step in found.value.steps if step.hours_basis == "set"}
    assert hours["nursing_assistant", "nurse_aide_classroom"] + hours["nursing_assistant", "nurse_aide_clinical"] == 100
    assert hours["nursing_assistant", "nurse_aide_clinical"] == 30
    assert hours["early_childhood", "cda_training"] == 120
    assert hours["early_childhood", "work_with_children"] == 480
    assert hours["project_management", "capm_preparation"] == 23


def test_an_apprenticeship_is_8000_hours_on_the_job_and_144_a_year_in_class() -> None:
    years = [step for step in PATHS["electrician_apprenticeship"].value.steps if step.key.startswith("year_")]
    assert sum(step.hours for step in years) == 8000 + 4 * 144
    assert [step.weeks for step in years] == [52] * 4
