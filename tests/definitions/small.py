"""A small state's files, of every kind: two counties, three region systems, a few of New York's occupations, two paths, a collection.

The state is New York's tenant of the tests, so that its people may look at it; what it defines is small, and written as exports are.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from shapely.geometry import box
from sqlalchemy import insert, select

from app.career_paths.models import CareerPath
from app.contract.career_paths import CareerPathDefinition, CollectionDefinition
from app.contract.enrollments import ServiceKindDefinition
from app.contract.regions import PlaceDefinition, RegionSystemDefinition, ZipAreaDefinition
from app.contract.states import StateDefinition
from app.core.db import Tx
from app.definitions import writing
from app.definitions.kind import Home
from app.definitions.kinds.region_files import edition_file
from app.enrollments.models import Enrollment, Service
from app.labor_market import designations, extract
from app.labor_market.designations import Designation, Evidence
from app.labor_market.sources import Source
from app.participants.models import Participant, Residence
from app.regions.drafts import Draft
from app.regions.editions import Edition
from app.regions.rules import Part, Region
from tests.house.tree import ROOT
from tests.people import ERIE

SINCE, LATER = date(2020, 1, 1), date(2027, 1, 1)
AREA = "0015380"
CODES = {
    *(("soc_2018", code) for code in ("29-2052", "31-1131", "29-2011", "29-2012")),
    *(("onet_soc_2019", code) for code in ("29-2052.00", "31-1131.00")),
    ("oews_2019", "29-2010"),
}
SYSTEMS = {"county": "Counties", "labor_market_region": "Labor market regions", "lwda": "Local areas"}
COUNTIES = Draft(
    Edition("county", SINCE, "the census; boundaries of 2016", (Region("36001", "Ash County"), Region("36003", "Elm County"))),
    {"36001": box(-75, 42, -74, 43), "36003": box(-74, 42, -73, 43)},
)
REGIONS = Edition("labor_market_region", SINCE, "the state", (Region("east", "East", ("36003",)), Region("west", "West", ("36001",))))
AREAS = Edition(
    "lwda",
    SINCE,
    "the governor",
    (Region("ash", "Ash", ("36001",), (Part("36003", "ashville"),)), Region("elm", "Elm", (), (Part("36003"),))),
)
STATE = {
    "id": "us-ny",
    "name": "New York",
    "fips": "36",
    "postal": "NY",
    "time_zone": "America/New_York",
    "policies": [{"valid_from": "2022-07-01", "source": "minutes"}],
}
COURSE = {
    "key": "course",
    "title": "Course",
    "kind": "course",
    "hours": 40,
    "weeks": 4,
    "delivery": "hybrid",
    "cost": "500.00",
    "provider": {"kind": "community_college", "name": "College"},
}
EXAM = {
    "key": "exam",
    "title": "Exam",
    "kind": "credential",
    "hours": 2,
    "weeks": 1,
    "delivery": "online",
    "cost": "129.00",
    "provider": {"kind": "certifying_body", "name": "Board"},
    "credential": {"name": "Certified", "wioa_type": "occupational_certification", "issuer": "Board"},
}
ABOUT = {"summary": "A way in.", "valid_from": "2022-07-01", "source": "the state"}
WEST = {"system": "labor_market_region", "code": "west"}
PATHS: dict[str, dict[str, Any]] = {
    "aide": {
        "key": "aide",
        "title": "Aide",
        **ABOUT,
        "leads_to": ["pharmacy"],
        "regions_offered": [WEST],
        "steps": [COURSE, EXAM],
        "target_occupations": [{"system": "soc_2018", "code": "31-1131"}],
    },
    "pharmacy": {
        "key": "pharmacy",
        "title": "Pharmacy",
        **ABOUT,
        "regions_offered": "state",
        "steps": [COURSE, EXAM],
        "target_occupations": [{"system": "soc_2018", "code": "29-2052"}, {"system": "onet_soc_2019", "code": "29-2052.00"}],
    },
}
COLLECTION = {"key": "starters", "title": "Starters", "audience": "All", **ABOUT, "items": [{"kind": "career_path", "key": "aide"}, COURSE]}
SERVICES = [
    {"key": "counseling", "title": "Counseling", "category": "individualized", "programs": ["adult"], "elements": ["1200", "1201"]},
    {"key": "training", "title": "Training", "category": "training", "programs": ["adult"], "elements": ["1300"], "training_type": "02"},
]
JOBS = [
    Designation("labor_market_region", region, system, code, date(2022, 7, 1), "oews_share_v1", "a rule", (Evidence(AREA, 500, 0.1),))
    for region, system, code in (("east", "oews_2019", "29-2010"), ("east", "soc_2018", "31-1131"), ("west", "soc_2018", "29-2052"))
]


@cache
def tables() -> extract.Extract:
    """New York's tables, cut down to one area and a few occupations."""
    whole = extract.read(ROOT / "regions/us-ny/labor_market")
    pairs = pl.DataFrame(sorted(CODES), schema={"system": pl.String, "code": pl.String}, orient="row")
    codes = [code for _, code in CODES]
    of_codes = {name: getattr(whole, name).filter(pl.col("code").is_in(codes)) for name in ("reported_titles", "skill_ratings", "members")}
    return extract.Extract(
        **of_codes,
        areas=whole.areas.filter(pl.col("area") == AREA),
        wages=whole.wages.filter(pl.col("area") == AREA, pl.col("code").is_in([*codes, "00-0000"])),
        occupations=whole.occupations.join(pairs, on=["system", "code"], how="semi"),
        related=whole.related.filter(pl.col("code").is_in(codes), pl.col("related").is_in(codes)),
        skills=whole.skills.join(of_codes["skill_ratings"], on="element", how="semi"),
        top_code=whole.top_code,
        sources=whole.sources,
    )


def settle(root: Path) -> Home:
    """Write the state's files under a folder."""
    home = Home(root, "us-ny")
    texts = {home.regions / "state.toml": writing.toml(StateDefinition.model_validate(STATE))}
    for key, title in SYSTEMS.items():
        system = RegionSystemDefinition(key=key, title=title, source="the state")
        texts[home.regions / "systems" / f"{key}.toml"] = writing.toml(system)
    texts.update(edition_file(draft, home.regions, newest=True) for draft in (COUNTIES, Draft(REGIONS), Draft(AREAS)))
    places = [PlaceDefinition(county="36003", code="ashville", name="Ashville", kind="town", source="the state")]
    texts[home.regions / "places.csv"] = writing.table(places, PlaceDefinition)
    zips = [("10001", "36001", None), ("10003", "36003", None), ("10003", "36003", "ashville")]
    areas = [ZipAreaDefinition(zip=code, county=county, place=place, source="the post") for code, county, place in zips]
    texts[home.regions / "zip_areas.csv"] = writing.table(areas, ZipAreaDefinition)
    kinds = [ServiceKindDefinition.model_validate({**one, "citation": "TEGL", "triggers": True, "extends": True}) for one in SERVICES]
    texts[home.regions / "service_catalogue.csv"] = writing.table(kinds, ServiceKindDefinition)
    for key, path in PATHS.items():
        texts[home.career_paths / f"{key}.toml"] = writing.toml(CareerPathDefinition.model_validate(path))
    collection = home.career_paths / "collections/starters.toml"
    texts[collection] = writing.toml(CollectionDefinition.model_validate(COLLECTION))
    writing.put(root, {path.relative_to(root).as_posix(): text for path, text in texts.items()})
    extract.write(tables(), home.regions / "labor_market")
    designations.write(JOBS, Source("A list", "The board", "Public domain", "May 2025"), home.regions)
    return home


async def people(tx: Tx) -> None:
    """Three people of Elm: two live in Ashville, one of whom and the third are on the aide's path; both were counseled."""
    lived: list[UUID] = []
    for number, (place, area) in enumerate((("Ashville", "ash"), (None, None))):
        regions = {
            "labor_market_region": {"region": "east", "how": "county"},
            "lwda": {"region": area, "how": "place" if area else "needs_place"},
        }
        about = {"postal": "NY", "county": "36003", "place": place, "decided_on": SINCE, "regions": regions, "fingerprint": bytes([number])}
        lived.append(await tx.scalar(insert(Residence).values(**about).returning(Residence.id)))
    told = {"last_name": "Example", "birth_date": date(1990, 5, 17), "sex": 2, "hispanic": 9, "registered_on": SINCE, "act": UUID(int=0)}
    path = await tx.scalar(select(CareerPath.id).where(CareerPath.key == "aide"))
    for number, residence in enumerate((lived[0], lived[0], lived[1])):
        person = UUID(int=number + 1)
        await tx.run(insert(Participant).values(id=person, person=person, first_name="Ann", residence=residence, **told))
        if number:
            by = {"participant": person, "partner": ERIE.id, "act": UUID(int=0)}
            days = {"started_on": SINCE, "planned_end": SINCE}
            await tx.run(insert(Enrollment).values(career_path=path, residence=residence, **by, **days))
            await tx.run(insert(Service).values(kind="counseling", program="adult", given_on=SINCE, **by))
