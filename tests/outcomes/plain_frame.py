"""The two tables of the frame, slowly and obviously: plain Python, one person, one period, one record after the other."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from app.states.policy import Policy
from tests.properties.calendar_walk import Planned, Service, walk

Row = dict[str, Any]
Facts = dict[str, list[Row]]
EVER = date(9999, 1, 1)
PROGRAMS = {"adult": "903", "dislocated_worker": "904", "youth": "905", "wagner_peyser": "918", "dwg": "932"}
UNRECORDED = (
    "108-B", "108-C", "408", "409", "909", "911", "919", "1332", "1401", "1406", "1407", "1806", "1807", "1808", "1809", "1810", "1811",
    "1813", "1900", "1901",
)  # fmt: skip
DIRECT = {0: 1, 1: 1, 2: 2, 3: 3}  # ui and swis are one kind of match, federal and military others


def quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def overlap(enrolled: Row, entry: date, last: date | None) -> bool:
    return enrolled["started_on"] <= (last or EVER) and (enrolled["ended_on"] or EVER) >= entry


def held(span: Row, day: date) -> bool:
    return span["valid_from"] <= day and (span["valid_until"] is None or day < span["valid_until"])


def counting(facts: Facts, person: int) -> list[Row]:
    """What begins or extends a participation, each from the day on which it does: under Youth once what comes before is settled."""
    mine = [f for f in facts["services"] if f["person"] == person]
    first = {f["settles"]: min(g["date"] for g in mine if g["settles"] == f["settles"]) for f in mine if f["settles"]}
    settled = max(first.values()) if len(first) == 3 else EVER
    counts = [f for f in mine if not f["settles"] and (f["program"] != "youth" or (settled <= (f["end"] or EVER) and settled < EVER))]
    return [f | {"date": max(f["date"], settled)} if f["program"] == "youth" else f for f in counts]


def spans(facts: Facts, person: int, policy: Policy) -> list[Any]:
    """The periods of one person."""
    services = [Service(f["date"], f["end"], f["program"], f["begins"]) for f in counting(facts, person)]
    planned = [Planned(f["date"], f["end"], f["program"]) for f in facts["planned"] if f["person"] == person]
    return sorted(walk(services, planned, policy), key=lambda period: (period.entry, period.track))


def worked(facts: Facts, person: int, at: int) -> Row:
    """What is known of one person's work in one quarter."""
    records = [r for r in facts["work"] if r["person"] == person and r["quarter"] == at]
    if not records:
        return dict.fromkeys(("employed", "match", "wages", "occupation", "industry"))
    direct = [r for r in records if r["source"] in DIRECT]
    used = direct or records
    if direct:
        paid = {match: sum(r["wages"] for r in direct if DIRECT[r["source"]] == match) for match in (1, 2, 3)}
        match = max(paid, key=lambda m: (paid[m], -m))
        wages: int | None = sum(paid.values())
    else:
        match = 4
        wages = None if any(r["wages"] is None for r in used) else sum(r["wages"] for r in used)
    employed = 2 if any(r["apprenticeship"] for r in used) else 3 if match == 3 else 1
    best = {}
    for about in ("occupation", "industry"):
        told = sorted((-(r["wages"] or 0), r[about]) for r in records if r[about] is not None)
        best[about] = told[0][1] if told else None
    return {"employed": employed, "match": match, "wages": wages, **best}


def after(facts: Facts, person: int, anchor: date | None) -> Row:
    """The elements of work in the four quarters after an anchor."""
    then = {n: worked(facts, person, quarter(anchor) + n) if anchor else worked(facts, -1, 0) for n in (1, 2, 3, 4)}
    row: Row = {}
    for n, (employed, match, wages, industry) in enumerate(
        [
            ("1600", "1601", "1703", "1614"),
            ("1602", "1603", "1704", "1615"),
            ("1604", "1605", "1705", "1616"),
            ("1606", "1607", "1706", "1617"),
        ],
        1,
    ):
        row |= {employed: then[n]["employed"], match: then[n]["match"], wages: then[n]["wages"], industry: then[n]["industry"]}
    occupations = [then[n]["occupation"] for n in (1, 2, 3, 4)]
    row |= {"1612": occupations[1], "1613": occupations[3], "1610": next((o for o in occupations if o), None), "1618": None}
    if anchor and (row["1602"] or row["1606"]):
        second, fourth = (
            {r["employer"] for r in facts["work"] if r["person"] == person and r["quarter"] == quarter(anchor) + n} for n in (2, 4)
        )
        row["1618"] = int(bool(second & fourth))
    return row


def demand(facts: Facts, residence: int, day: date, occupation: str | None) -> int | None:
    """Whether an occupation was on a list where somebody lived."""
    if occupation is None:
        return None
    regions = json.loads(next(r for r in facts["residences"] if r["residence"] == residence)["regions"])
    where = {(system, one["region"]) for system, one in regions.items() if one["region"]}
    lists = [d for d in facts["in_demand"] if (d["system"], d["region"]) in where and held(d, day)]
    if not lists:
        return None
    return int(occupation[:7] in {code[:7] for d in lists for code in (json.loads(d["members"] or "[]") or [d["code"]])})


def reason(facts: Facts, person: int, first: date, until: date | None) -> int | None:
    """PIRL 923."""
    began = [r for r in facts["exit_reasons"] if r["person"] == person and first <= r["since"] <= (until or EVER)]
    told = sorted(began, key=lambda r: (r["reason"] == 6, r["since"], r["reason"]))
    return told[0]["reason"] if told else None


def awarded(credentials: Iterable[Row], first: date, last: date | None) -> Row:
    """PIRL 1800 to 1805."""
    timely = [c for c in credentials if first <= c["date"] <= (last + timedelta(days=366) if last else EVER)]
    chosen = sorted(timely, key=lambda c: (c["type"] == 1, c["date"], c["type"]))[:3]
    row: Row = dict.fromkeys(("1800", "1801", "1802", "1803", "1804", "1805"))
    for credential, kind, day in zip(chosen, ("1800", "1802", "1804"), ("1801", "1803", "1805"), strict=False):
        row |= {kind: credential["type"], day: credential["date"]}
    return row


def latest(days: list[date | None]) -> date | None:
    """The last of some days; none if one of them is still to come."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def home(facts: Facts, residence: int, postal: str, systems: Iterable[str]) -> Row:
    lived = next(r for r in facts["residences"] if r["residence"] == residence)
    regions = json.loads(lived["regions"])
    row = {"101": lived["postal"], "102": lived["county"] and lived["county"][2:]}
    for system in systems:
        none = "unknown" if lived["postal"] == postal else "out_of_state"
        row[f"region:{system}"] = regions.get(system, {}).get("region") or none
    return row


def periods(facts: Facts, policy: Policy, postal: str, systems: list[str]) -> Iterator[Row]:
    """Every row of `periods`."""
    for person in sorted(p["person"] for p in facts["people"]):
        for period in spans(facts, person, policy):
            yield _period(facts, person, period, policy, postal, systems)


def _period(facts: Facts, person: int, period: Any, policy: Policy, postal: str, systems: list[str]) -> Row:
    about = next(p for p in facts["people"] if p["person"] == person)

    def on_track(fact: Row) -> bool:
        together = policy.common_exit == "on" and fact["program"] in policy.common_exit_programs
        return bool(("common" if together else fact["program"]) == period.track)

    mine = [s for s in counting(facts, person) if on_track(s) and period.entry <= s["date"] <= (period.open_until or EVER)]
    first = [s for s in mine if s["begins"] and s["date"] == period.entry]
    by = next(o for o in facts["organisations"] if o["partner"] == min(s["partner"] for s in first))
    # A service that does not begin periods may run into one that began later: its program serves that one no less.
    programs = {s["program"] for s in mine}
    trained: dict[int, list[Row]] = {}
    for service in mine:
        if service["training"]:
            trained.setdefault(service["training"], []).append(service)
    kinds = sorted(
        (kind not in (2, 3, 4, 6, 7, 8, 9, 10), min(s["date"] for s in given), kind, latest([s["end"] for s in given]))
        for kind, given in trained.items()
    )
    row: Row = dict.fromkeys(("1302", "1303", "1308", "1309", "1310", "1313", "1314", "1315", "1318"))
    for (_, begun, kind, ended), columns in zip(
        kinds[:3], (("1302", "1303", "1308"), ("1309", "1310", "1313"), ("1314", "1315", "1318")), strict=False
    ):
        row |= dict(zip(columns, (begun, kind, ended), strict=True))
    enrolled = sorted(
        (e for e in facts["enrollments"] if e["person"] == person and overlap(e, period.entry, period.last)),
        key=lambda e: (e["started_on"], e["enrollment"]),
    )
    residence = enrolled[0]["residence"] if enrolled else about["residence"]
    day = enrolled[0]["started_on"] if enrolled else period.entry
    row |= after(facts, person, period.last)
    return row | {
        **{key: value for key, value in about.items() if key != "residence"},
        **home(facts, residence, postal, systems),
        **awarded((c for c in facts["credentials"] if c["person"] == person), period.entry, period.last),
        "track": period.track,
        "entry": period.entry,
        "900": period.entry,
        "last": period.last,
        "open_until": period.open_until,
        "age": min((s["age"] for s in first if s["age"] is not None), default=None),
        "partner": by["key"],
        "108-A": by["board_code"],
        **{element: int(program in programs) for program, element in PROGRAMS.items()},
        "906": min((s["date"] for s in mine if s["program"] == "youth"), default=None),
        "1300": int(bool(kinds)),
        "923": reason(facts, person, period.entry, period.open_until),
        "in_demand": demand(facts, residence, day, row["1612"]),
        **dict.fromkeys(UNRECORDED),
    }  # fmt: skip


def learners(facts: Facts, policy: Policy, postal: str, systems: list[str]) -> Iterator[Row]:
    """Every row of `learners`."""
    for enrolled in sorted(facts["enrollments"], key=lambda e: (e["person"], e["started_on"], e["enrollment"])):
        person, started, ended = enrolled["person"], enrolled["started_on"], enrolled["ended_on"]
        about = next(p for p in facts["people"] if p["person"] == person)
        path = next(p for p in facts["paths"] if p["path"] == enrolled["path"])
        begun = [period for period in spans(facts, person, policy) if period.entry <= (ended or EVER)]
        participating = any(overlap(enrolled, period.entry, period.last) for period in begun)
        agreed = any(a["partner"] == enrolled["partner"] and ended and held(a, ended) for a in facts["agreements"])
        credentials = [c for c in facts["credentials"] if c["person"] == person and c["enrollment"] in (None, enrolled["enrollment"])]
        row = after(facts, person, ended)
        yield row | {
            **{key: value for key, value in about.items() if key != "residence"},
            **{key: enrolled[key] for key in ("enrollment", "started_on", "planned_end", "ended_on", "completed", "age")},
            **home(facts, enrolled["residence"], postal, systems),
            **awarded(credentials, started, ended),
            "partner": next(o["key"] for o in facts["organisations"] if o["partner"] == enrolled["partner"]),
            "career_path": path["key"],
            "awards": path["awards"],
            "participating": int(participating),
            "matched": int(participating or agreed),
            "open_until": max((period.open_until for period in begun if period.open_until), default=None),
            "923": reason(facts, person, started, ended and ended + timedelta(days=90)),
            "in_demand": demand(facts, enrolled["residence"], started, row["1612"]),
        }
