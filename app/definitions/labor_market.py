"""The labor market between the contract and its room: lists of in-demand jobs as bodies and plans have them, and extracts as plans do."""

from dataclasses import asdict

from app.contract import labor_market as contract
from app.contract.definitions import DefinitionPlan
from app.definitions.plan import Change, Entry, Plan, What, differences
from app.labor_market.designations import Designation, Evidence
from app.labor_market.extract import Extract, fingerprints
from app.labor_market.lists import Changes
from app.labor_market.sources import Source

IN_DEMAND_JOB, TABLE = "in_demand_job", "labor_market_table"
"""The kinds of entry in a plan: each designation, and each table of an extract as a whole."""


def designations(listed: contract.InDemandListDefinition, *, region_system: str, region: str) -> list[Designation]:
    """The designations that a region's list asks for, in its order."""
    return [
        Designation(
            region_system=region_system,
            region=region,
            system=job.system,
            code=job.code,
            valid_from=listed.valid_from,
            rule=job.rule,
            source=job.source,
            evidence=tuple(sorted(Evidence(**area.model_dump()) for area in job.evidence)),
        )
        for job in listed.jobs
    ]


def source(kept: Source) -> contract.LaborMarketSource:
    """A source on the wire: what is blank is left out."""
    return contract.LaborMarketSource.model_validate({name: value or None for name, value in asdict(kept).items()})


def entries(found: Extract) -> list[Entry]:
    """An extract as a plan compares it: of each table its rows and a fingerprint of them. They hold undated; figures have a vintage."""
    told = [Entry(TABLE, name, {"rows": rows, "fingerprint": mark}) for name, (rows, mark) in fingerprints(found).items()]
    return [*told, *(Entry(TABLE, f"source of {key}", asdict(one)) for key, one in found.sources.items())]


def planned(found: Changes) -> Plan:
    """What would be recorded, designation by designation. Ended and begun anew on one day is changed."""
    begun = {(one.job, one.valid_from): one for one in found.added}
    changes = []
    for old, day in found.ended:
        new = begun.pop((old.job, day), None)
        fields = differences(_entry(old), _entry(new)) if new else ()
        changes.append(Change(What.CHANGED if new else What.ENDED, IN_DEMAND_JOB, _key(old), day, tuple(fields)))
    changes += [Change(What.ADDED, IN_DEMAND_JOB, _key(new), new.valid_from) for new in begun.values()]
    order = list(What)
    changes.sort(key=lambda change: (order.index(change.what), change.key, change.since))
    refusals = tuple(f"{IN_DEMAND_JOB} {_key(one)}: {why}" for one, why in found.refusals)
    return Plan(tuple(changes), {IN_DEMAND_JOB: found.unchanged} if found.unchanged else {}, refusals)


def told(found: Plan) -> DefinitionPlan:
    """A plan on the wire."""
    return DefinitionPlan.model_validate(asdict(found))


def _key(one: Designation) -> str:
    return "/".join(one.job)


def _entry(one: Designation) -> Entry:
    about = {"system": one.system, "rule": one.rule, "source": one.source}
    return Entry(IN_DEMAND_JOB, _key(one), {**about, "evidence": [{"key": area.area, **asdict(area)} for area in one.evidence]})
