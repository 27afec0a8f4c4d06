"""Layoff notices: recorded once, refused with reasons."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.core.errors import Refused
from app.labor_market.models import LayoffNotice
from app.labor_market.notices import RECORD, listed
from tests.conftest import TODAY
from tests.partners.ground import lay
from tests.people import CHARLIE, DANA

BY = DANA.actor
NOTICE: dict[str, Any] = {
    "employer": "Invented Plastics Inc.",
    "site": "1 River Road, Tonawanda",
    "county": "36029",
    "notice_date": date(2025, 1, 30),
    "effective_date": date(2025, 4, 30),
    "affected": 83,
    "event": "closure",
    "source": "State's list of notices, 3 February 2025",
}


@pytest.fixture(autouse=True)
async def _county(db: Tx) -> None:
    await lay(db)


async def record(db: Tx, **instead: Any) -> None:
    await db.act(RECORD, RECORD.one(**{**NOTICE, **instead}), by=BY, today=TODAY)


async def test_a_notice_is_recorded_and_listed_newest_first(db: Tx) -> None:
    await record(db, employer="  Invented Plastics Inc. ")
    await record(db, notice_date=date(2025, 2, 26), event="layoff")
    page = await listed(db, by=CHARLIE.actor, limit=1)
    [newest] = page.items
    assert (newest.notice_date, newest.event) == (date(2025, 2, 26), "layoff")
    [older] = (await listed(db, by=CHARLIE.actor, limit=1, after=page.next)).items
    assert older.employer == "Invented Plastics Inc."
    assert len((await listed(db, by=BY, since=date(2025, 2, 1))).items) == 1
    assert (await listed(db, by=BY, county="36001")).items == []
    [entry, _] = await db.all(
        select(AuditEntry.id, AuditEntry.subject).where(AuditEntry.verb == "record_layoff_notice").order_by(AuditEntry.id)
    )
    kept = await db.first(select(LayoffNotice.id, LayoffNotice.act).where(LayoffNotice.id == older.id))
    assert kept is not None
    assert tuple(kept) == (entry.subject, entry.id)


@pytest.mark.parametrize(
    ("instead", "expected"),
    [
        ({"employer": " "}, [("employer", "no_employer")]),
        ({"site": None}, [("site", "no_site")]),
        ({"county": "34013"}, [("county", "county_unknown")]),
        ({"county": None}, [("county", "county_unknown")]),
        ({"notice_date": None}, [("notice_date", "no_notice_date")]),
        ({"notice_date": date(2026, 11, 1)}, [("notice_date", "noticed_in_the_future")]),
        ({"effective_date": None}, [("effective_date", "no_effective_date")]),
        ({"affected": 0}, [("affected", "affects_nobody")]),
        ({"affected": None, "event": "merger"}, [("affected", "affects_nobody"), ("event", "event_unknown")]),
        ({"source": ""}, [("source", "no_source")]),
    ],
)
async def test_a_notice_that_cannot_be_recorded(db: Tx, instead: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        await record(db, **instead)
    assert sorted((violation.pointer, violation.code) for violation in refused.value.violations) == expected
    assert (await listed(db, by=BY)).items == []


async def test_a_notice_is_recorded_once(db: Tx) -> None:
    await record(db)
    await record(db, site="2 River Road, Tonawanda")
    with pytest.raises(Refused, match="is recorded"):
        await record(db, site=" 1 River Road, Tonawanda")


async def test_every_constraint_is_claimed_by_a_check(db: Tx) -> None:
    kept = await db.all(text("SELECT conname AS name FROM pg_constraint WHERE contype <> 'n' AND conrelid = 'layoff_notices'::regclass"))
    claimed = {check.kept_by for check in RECORD.checks.checks.values()} - {None}
    assert {row.name for row in kept} == claimed | {"layoff_notices_key"}
