"""In-demand jobs: `regions/<state>/in_demand_jobs.csv`, and `in_demand_jobs.toml`, which says what the list is and what it is not."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core.actor import Actor
from app.core.db import Read, Tx
from app.definitions import labor_market as translation
from app.definitions.kind import Home, Wanted
from app.definitions.kinds.labor_market import LABOR_MARKET
from app.definitions.kinds.regions import REGIONS
from app.definitions.mistakes import Mistake
from app.definitions.plan import Entry, Plan, plan, together
from app.definitions.reading import Reader
from app.labor_market import actions, designations, in_demand, lists
from app.labor_market.codes import CodeSystem, six_digit
from app.labor_market.designations import Designation, NotDesignations
from app.labor_market.extract import Extract
from app.labor_market.sources import Source

LIST = "in_demand_list"


@dataclass(frozen=True)
class Listed:
    """Every designation, in force or over, and what the list is."""

    designations: Sequence[Designation] = ()
    about: Source | None = None

    def soc_codes(self, on: date, extract: Extract | None) -> dict[tuple[str, str], Collection[str]]:
        """The SOC occupations designated on a day, by region system and region. An OEWS code stands for those that it combines."""
        combined: dict[str, list[str]] = {}
        for code, member in extract.members.select("code", "member").rows() if extract is not None else ():
            combined.setdefault(code, []).append(member)
        found: dict[tuple[str, str], set[str]] = {}
        for one in self.designations:
            if one.holds(on):
                codes = combined.get(one.code, []) if one.system == CodeSystem.OEWS_2019 else [six_digit(one.code)]
                found.setdefault((one.region_system, one.region), set()).update(codes)
        return {**found}


class InDemand:
    """A state's list of in-demand jobs."""

    name = "in_demand_jobs"

    def read(self, reader: Reader, known: Wanted) -> Listed:
        """The list, held against the regions and the occupations; nothing without its files."""
        folder = known.home.regions
        files = (folder / designations.LIST, folder / designations.ABOUT)
        if not any(file.exists() for file in files):
            return Listed()
        reader.saw(*files)
        try:
            listed = Listed(*designations.read(folder))
        except NotDesignations as wrong:
            reader.violated(folder, wrong.violations)
            return Listed()
        reader.mistakes.extend(_unknown(listed, files[0], known))
        return listed

    async def current(self, read: Read, *, by: Actor) -> Listed:
        """Every designation that there ever was."""
        return Listed(await in_demand.recorded(read, by=by), await in_demand.about(read, by=by))

    def plan(self, current: Listed, wanted: Listed, *, on: date) -> Plan:
        """Designation by designation, and what the list is."""
        found = lists.changes(current.designations, wanted.designations, on=on)
        return together(plan(_about(current), _about(wanted), on=on), translation.planned(found))

    async def people(self, _read: Read, _plan: Plan, /, *, by: Actor) -> Mapping[tuple[str, str], int]:
        """Nobody: who is on a path stays on it."""
        return {}

    async def apply(self, tx: Tx, wanted: Listed, _plan: Plan, on: date, /, *, by: Actor) -> None:
        """The list as a whole."""
        await actions.adopt_designations(tx, by=by, designations=wanted.designations, about=wanted.about, on=on)

    def files(self, held: Listed, home: Home) -> Mapping[Path, str]:
        """The list and what it is, as the room writes them."""
        if held.about is None:
            return {}
        with TemporaryDirectory() as folder:
            designations.write(held.designations, held.about, Path(folder))
            return {home.regions / file.name: file.read_text(encoding="utf-8") for file in sorted(Path(folder).iterdir())}


def _about(held: Listed) -> Iterator[Entry]:
    if held.about is not None:
        yield Entry(LIST, "what it is", asdict(held.about), lasting="a list that ended still says what it was")


def _unknown(listed: Listed, file: Path, known: Wanted) -> Iterator[Mistake]:
    """Regions that are not there on the first day of a designation, and occupations that the labor market tables do not have."""
    name = file.relative_to(known.home.root).as_posix()
    rows = file.read_text(encoding="utf-8-sig").splitlines()

    def line(*cells: str) -> int | None:
        return next((n for n, row in enumerate(rows, start=1) if all(cell in row.split(",") for cell in cells)), None)

    if known.sound(REGIONS):
        there = {on: known.of(REGIONS).on(on) for on in {one.valid_from for one in listed.designations}}
        for system, region, on in sorted({(one.region_system, one.region, one.valid_from) for one in listed.designations}):
            if (system, region) not in there[on]:
                yield Mistake(
                    name, line(system, region, str(on)), "region", f"there is no region {system}/{region} on {on}", "unknown_region"
                )
    extract = known.of(LABOR_MARKET).extract if known.sound(LABOR_MARKET) else None
    if extract is not None:
        codes = set(extract.occupations.select("system", "code").rows())
        for system, code in sorted({(one.system, one.code) for one in listed.designations} - codes):
            yield Mistake(name, line(system, code), "code", f"the labor market tables have no {system} {code}", "unknown_occupation")


IN_DEMAND = InDemand()
