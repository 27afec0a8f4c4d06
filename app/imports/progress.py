"""How far an import is, and how long it will take: out of what its row says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STAGES = ("staging", "checking", "merging")
USUAL = {"staging": 20e-6, "checking": 20e-6, "merging": 80e-6}
"""Seconds a row, until an import of the kind has told better."""

BYTES = 100  # of a row, until some were read


@dataclass(frozen=True)
class Going:
    """share: of the whole work, from 0 to 1. seconds_left: about so many; None while it waits for its turn."""

    share: float
    seconds_left: int | None


def going(row: Any, rates: Mapping[str, float]) -> Going | None:
    """How far an import is that is under way, else None. `row` is of `queries.one`; `rates` are seconds a row, by stage."""
    if row.status == "queued":
        return Going(0.0, None)
    if row.status not in STAGES:
        return None
    part = row.through / row.size if row.size else 0.0
    rows = row.rows if row.status != "staging" else max(row.rows, round(row.rows / part) if part and row.rows else row.size // BYTES)
    wanted = [stage for stage in STAGES if not (row.dry_run and stage == "merging")]
    needed = {stage: max(rates.get(stage, USUAL[stage]) * rows, 0.2) for stage in wanted}
    elapsed = float(row.elapsed or 0)
    if row.status == "staging" and part:
        needed["staging"] = max(elapsed / min(part, 1.0), elapsed)
    here = needed.get(row.status, 0.2)
    before = sum(needed[stage] for stage in wanted[: wanted.index(row.status)]) if row.status in wanted else 0.0
    done = before + min(elapsed, here * 0.95)
    whole = sum(needed.values())
    return Going(round(min(done / whole, 0.99), 3), max(1, round(whole - done)))
