"""Files of a state's labor market, made: its tables of what BLS and O*NET publish, its list of in-demand jobs of those tables."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.contract.career_paths import CareerPathDefinition
from app.contract.regions import RegionEditionDefinition
from app.core.errors import Invalid
from app.definitions.mistakes import Mistaken
from app.definitions.reading import Found, Reader
from app.definitions.regions import listed
from app.labor_market import designations, extract, lists, oews, onet
from app.labor_market.codes import six_digit
from app.labor_market.derive import derive
from app.labor_market.sources import Source
from app.labor_market.tables import read_table
from app.regions.editions import Edition
from app.regions.rules import touching

AREAS = "oews_area"
TABLES = "labor_market"


def tables(
    *,
    oews_folder: Path,
    onet_folder: Path,
    members: Path,
    state: str,
    vintage: str,
    release: str,
    top_code: int,
    career_paths: Path | None = None,
    kept: Path | None = None,
) -> extract.Extract:
    """A state's tables out of the official ones. `kept`: a folder whose sources.toml has words about the sources that stay as they are.

    Raises `NotOews`, `NotOnet`, `NotExtract` or `Mistaken` with what cannot be read.
    """
    combined, wrong = read_table(members, extract.TABLES["members"], key=extract.KEYS["members"], blanks=())
    if wrong:
        raise extract.NotExtract(f"{members.name} cannot be read.", violations=wrong)
    return derive(
        oews.read(oews_folder, primary_state=state),
        onet.read(onet_folder),
        combined.filter(combined["code"] != combined["member"]),
        top_code=top_code,
        sources=_sources(kept, state, vintage, release),
        also=targets(career_paths) if career_paths else (),
    )


def _sources(kept: Path | None, state: str, vintage: str, release: str) -> dict[str, Source]:
    bls = {"publisher": "U.S. Bureau of Labor Statistics", "license": "Public domain"}
    usdol = {"publisher": "U.S. Department of Labor, Employment and Training Administration"}
    areas = "total and detailed occupations, cross-industry, all ownerships"
    told = {
        "oews": Source(f"Occupational Employment and Wage Statistics (OEWS): areas of {state}, {areas}", **bls, vintage=vintage),
        "members": Source("OEWS occupational structure: the SOC 2018 occupations that an OEWS code combines", **bls, vintage="2019"),
        "onet": Source(
            f"O*NET {release} Database", **usdol, license="CC BY 4.0 (creativecommons.org/licenses/by/4.0)",
            vintage=release, attribution=onet.ATTRIBUTION,
        ),
    }  # fmt: skip
    if kept is None or not (kept / extract.SOURCES).is_file():
        return told
    _, known, wrong = extract.read_sources(kept / extract.SOURCES)
    if wrong:
        raise extract.NotExtract(f"{extract.SOURCES} cannot be read.", violations=wrong)
    return {key: replace(source, vintage=told[key].vintage) for key, source in known.items()}


def targets(folder: Path) -> list[str]:
    """The SOC codes that the career paths of a folder lead to."""
    reader = Reader(folder)
    paths = reader.tomls(folder, CareerPathDefinition)
    if reader.mistakes:
        raise Mistaken(reader.mistakes)
    return sorted({six_digit(target.code) for path in paths for target in path.value.target_occupations})


def designated(folder: Path, *, system: str, rule: str, since: date, source: str) -> lists.Changes:
    """Write into a state's folder the list of in-demand jobs that a rule makes from a day on; answers what that changes.

    Each region gets the jobs that meet the rule in one of the OEWS areas that it touches. Lists of other systems stay. What
    `in_demand_jobs.toml` says of the list is somebody's decision and has to be there. Raises `Mistaken`, `NotExtract`,
    `NotDesignations`, and `Invalid` with what stands against it.
    """
    regions, areas = _edition(folder, system, since), _edition(folder, AREAS, None)
    official = {area.code: area.official_code or area.code for area in areas.regions}
    touches = [(region, official[area]) for region, area, _ in touching(regions.regions, areas.regions)]
    found = extract.read(folder / TABLES)
    made = designations.designate(found, touches, rule=rule, region_system=system, valid_from=since, source=source)
    recorded, about = designations.read(folder) if (folder / designations.LIST).exists() else ([], designations.read_about(folder))
    here = [one for one in recorded if one.region_system == system]
    change = lists.changes(here, lists.replaced(here, made, since=since), on=since)
    if change.refusals:
        told = "; ".join(f"{'/'.join(one.job)}: {why}" for one, why in change.refusals[:5])
        raise Invalid(f"{len(change.refusals)} designations stand against it. {told}")
    designations.write(lists.amended(recorded, change), about, folder)
    return change


def _edition(folder: Path, system: str, on: date | None) -> Edition:
    """The edition of a system, listed by county, that is in force on a day; None: the newest."""
    reader = Reader(folder)
    files = sorted((folder / "editions" / system).glob("*.toml"))
    found = [one for file in files if (one := reader.toml(file, RegionEditionDefinition)) is not None]
    if reader.mistakes:
        raise Mistaken(reader.mistakes)
    begun: list[Found[RegionEditionDefinition]] = [one for one in found if on is None or one.value.valid_from <= on]
    if not begun:
        raise Invalid(f"There is no edition of '{system}' under {folder.name}/editions{f' that holds on {on}' if on else ''}.")
    return listed(max(begun, key=lambda one: one.value.valid_from).value).edition
