"""Every mistake of every file at once, with file, line and key; each kind held against those before it."""

import shutil
from pathlib import Path

import pytest

from app.definitions import applying
from app.definitions.kind import Home
from tests.definitions.small import settle


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return settle(tmp_path)


def edit(home: Home, name: str, *changes: tuple[str, str]) -> None:
    path = home.root / name
    text = path.read_text()
    for old, new in changes:
        assert old in text, (name, old)
        text = text.replace(old, new, 1)
    path.write_text(text)


def mistakes(home: Home) -> list[str]:
    return [f"{str(m).removeprefix('regions/us-ny/').removeprefix('career_paths/us-ny/')} [{m.code}]" for m in applying.read(home).mistakes]


def test_a_good_state_has_none(home: Home) -> None:
    assert mistakes(home) == []


def test_mistakes_of_all_kinds_at_once(home: Home) -> None:
    edit(home, "regions/us-ny/state.toml", ("America/New_York", "America/Utopia"))
    edit(home, "regions/us-ny/systems/lwda.toml", ('title = "Local areas"', 'titel = "Local areas"'))
    edit(home, "regions/us-ny/labor_market/wages.csv", ("0015380,29-2052", "0015380,99-9999"))
    edit(home, "regions/us-ny/in_demand_jobs.csv", ("oews_share_v1", "oews_share_v2"))
    edit(home, "regions/us-ny/service_catalogue.csv", ("training,Training", "counseling,Training"))
    edit(home, "career_paths/us-ny/pharmacy.toml", ("weeks = 4", "weeks = 0"))
    (home.regions / "in_demand_jobs_2.csv").write_text("x\n")
    assert mistakes(home) == [
        "aide.toml:6: leads_to[1]: there is no career path 'pharmacy' to lead to. [unknown_path]",
        "pharmacy.toml:17: steps[1].weeks: input should be greater than or equal to 1 (it says 0) [greater_than_equal]",
        "editions/lwda/2020-01-01.toml: system: there is no systems/lwda.toml [unknown_system]",
        "in_demand_jobs.csv:2: rule: 'oews_share_v2' in rule is no rule that we know. [contradiction]",
        "in_demand_jobs_2.csv: nothing reads this file: is it misspelt? [unread_file]",
        "labor_market/wages.csv:4: code: '99-9999' in code is in no other table. [unknown]",
        "service_catalogue.csv:3: key: 'counseling' stands on line 2 already [twice]",
        "state.toml:5: time_zone: there is no time zone 'America/Utopia'; it is written as America/New_York [unknown_time_zone]",
        "systems/lwda.toml: title: this is missing [missing]",
        "systems/lwda.toml:2: titel: there is no such key; did you mean 'title'? [unknown_key]",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "career_paths/us-ny/aide.toml",
            'code = "west"',
            'code = "north"',
            "aide.toml:12: regions_offered[1].code: there is no region labor_market_region/north on 2022-07-01. [unknown_region]",
        ),
        (
            "career_paths/us-ny/aide.toml",
            "31-1131",
            "31-1132",
            "aide.toml:9: target_occupations[1].code: soc_2018 has no detailed occupation 31-1132. [unknown_occupation]",
        ),
        (
            "career_paths/us-ny/aide.toml",
            "2022-07-01",
            "2019-07-01",
            "aide.toml:12: regions_offered[1].system: there is no region system 'labor_market_region' on 2019-07-01.",
        ),
        (
            "career_paths/us-ny/collections/starters.toml",
            'key = "aide"',
            'key = "nurse"',
            "collections/starters.toml:10: items[1].key: there is no career path 'nurse' to collect. [unknown_path]",
        ),
        (
            "regions/us-ny/in_demand_jobs.csv",
            "labor_market_region,west",
            "labor_market_region,wets",
            "in_demand_jobs.csv:4: region: there is no region labor_market_region/wets on 2022-07-01 [unknown_region]",
        ),
        (
            "regions/us-ny/in_demand_jobs.csv",
            "soc_2018,31-1131",
            "soc_2018,31-1132",
            "in_demand_jobs.csv:3: code: the labor market tables have no soc_2018 31-1132 [unknown_occupation]",
        ),
        (
            "regions/us-ny/editions/lwda/2020-01-01.toml",
            'place = "ashville"',
            'place = "ashvile"',
            "editions/lwda/2020-01-01.toml:6: ash: No place 'ashvile' of Elm County (36003) is known. [unknown_place]",
        ),
        (
            "regions/us-ny/editions/labor_market_region/2020-01-01.toml",
            '"36003"',
            '"36001"',
            "editions/labor_market_region/2020-01-01.toml:13: west: Ash County (36001) is in east already. [duplicate_county]",
        ),
        (
            "regions/us-ny/counties.geojson",
            '"code":"36003"',
            '"code":"34003"',
            "counties.geojson:3: 34003: Codes of this state's counties begin with 36. [wrong_state]",
        ),
        (
            "regions/us-ny/zip_areas.csv",
            "10001,36001",
            "10001,36005",
            "zip_areas.csv:2: county: this state has no county 36005 [unknown_county]",
        ),
        (
            "regions/us-ny/zip_areas.csv",
            "36003,ashville",
            "36003,elmville",
            "zip_areas.csv:4: place: places.csv has no 'elmville' of 36003 [unknown_place]",
        ),
        (
            "regions/us-ny/state.toml",
            'id = "us-ny"',
            'id = "us-nj"',
            "state.toml:1: id: these are the definitions of 'us-ny' [other_state]",
        ),
        (
            "regions/us-ny/editions/lwda/2020-01-01.toml",
            "valid_from = 2020-01-01",
            "valid_from = 2021-01-01",
            "editions/lwda/2020-01-01.toml: valid_from: this edition's file is called editions/lwda/2021-01-01.toml [file_name]",
        ),
    ],
)
def test_each_kind_is_held_against_those_before_it(home: Home, name: str, old: str, new: str, told: str) -> None:
    edit(home, name, (old, new))
    assert any(one.startswith(told) for one in mistakes(home))


def test_one_broken_kind_does_not_make_the_others_look_wrong(home: Home) -> None:
    edit(home, "regions/us-ny/counties.geojson", ('"FeatureCollection"', '"FeatureCollektion"'))
    edit(home, "regions/us-ny/labor_market/areas.csv", ("metropolitan", "metropolis"))
    said = mistakes(home)
    assert [one.split(":")[0] for one in said] == ["counties.geojson", "labor_market/areas.csv"]


def test_what_a_gate_warns_of_is_a_note(home: Home) -> None:
    edit(
        home, "regions/us-ny/in_demand_jobs.csv", ("labor_market_region,west,soc_2018,29-2052", "labor_market_region,west,soc_2018,29-2012")
    )
    wanted = applying.read(home)
    assert wanted.mistakes == []
    anywhere = "none of its occupations is in demand in any region where it is offered on 2022-07-01."
    assert [str(note) for note in wanted.notes] == [
        "career_paths/us-ny/aide.toml:9: target_occupations: none of its occupations is in demand in west on 2022-07-01.",
        f"career_paths/us-ny/pharmacy.toml:6: target_occupations: {anywhere}",
    ]


def test_a_designation_of_an_oews_code_is_demand_for_what_it_combines(home: Home) -> None:
    edit(home, "career_paths/us-ny/pharmacy.toml", ("29-2052", "29-2012"), ("29-2052.00", "31-1131.00"))
    edit(home, "regions/us-ny/in_demand_jobs.csv", ("soc_2018,31-1131", "soc_2018,29-2052"))
    edit(
        home, "regions/us-ny/in_demand_jobs.csv", ("labor_market_region,west,soc_2018,29-2052", "labor_market_region,west,soc_2018,31-1131")
    )
    assert [str(note) for note in applying.read(home).notes] == []


def test_what_a_state_may_lack(home: Home) -> None:
    """A state that begins has its own file, and no more."""
    for folder in (home.career_paths, home.regions / "labor_market", home.regions / "editions", home.regions / "systems"):
        shutil.rmtree(folder)
    for name in ("counties.geojson", "places.csv", "zip_areas.csv", "in_demand_jobs.csv", "in_demand_jobs.toml", "service_catalogue.csv"):
        (home.regions / name).unlink()
    assert mistakes(home) == []
    (home.regions / "state.toml").unlink()
    assert mistakes(home) == ["state.toml: this file is missing [missing_file]"]
