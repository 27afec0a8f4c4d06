"""Layoff notices: recorded once, corrected as they were read, taken back, refused with reasons."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.core.errors import Refused, Stale
from app.labor_market import notices
from app.labor_market.models import LayoffNotice
from app.labor_market.notices import CORRECT, RECORD, NoNotice, listed
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


async def record(db: Tx, **instead: Any) -> UUID:
    [made] = await db.act(RECORD, RECORD.one(**{**NOTICE, **instead}), by=BY, today=TODAY)
    return made


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


async def correct(db: Tx, notice: UUID, revision: int | None = None, **told: Any) -> None:
    await notices.correct(db, by=BY, today=TODAY, notice=notice, revision=revision, told=told)


async def test_a_notice_is_corrected_as_it_was_read_and_the_entry_keeps_what_it_said(db: Tx) -> None:
    made = await record(db)
    await correct(db, made, 1, site=" 2 River Road, Tonawanda ", affected=91, effective_date=date(2025, 5, 1))
    kept = await notices.one(db, by=BY, notice=made)
    assert (kept.site, kept.affected, kept.effective_date, kept.employer) == (
        "2 River Road, Tonawanda",
        91,
        date(2025, 5, 1),
        NOTICE["employer"],
    )
    assert kept.revision == 2
    await correct(db, made, 2, affected=91)
    assert (await notices.one(db, by=BY, notice=made)).revision == 2, "nothing changed"
    with pytest.raises(Stale, match="GET it again"):
        await correct(db, made, 1, affected=92)
    entries = await db.all(
        select(AuditEntry.subject, AuditEntry.actor, AuditEntry.detail).where(AuditEntry.verb == "correct_layoff_notice")
    )
    before = {"site": NOTICE["site"], "affected": 83, "effective_date": "2025-04-30"}
    assert [tuple(entry) for entry in entries] == [(made, DANA.id, {"before": before})]


async def test_a_correction_that_is_refused(db: Tx) -> None:
    made = await record(db)
    await record(db, site="2 River Road, Tonawanda")
    for told, expected in (
        ({"site": "2 River Road, Tonawanda"}, [("site", "another_says_that")]),
        ({"employer": None, "county": "34013"}, [("county", "county_unknown"), ("employer", "no_employer")]),
        ({"notice_date": date(2026, 11, 1), "affected": 0}, [("affected", "affects_nobody"), ("notice_date", "noticed_in_the_future")]),
    ):
        with pytest.raises(Refused) as refused:
            await correct(db, made, **told)
        assert sorted((violation.pointer, violation.code) for violation in refused.value.violations) == expected
    assert (await notices.one(db, by=BY, notice=made)).revision == 1
    with pytest.raises(NoNotice):
        await correct(db, UUID(int=1), affected=1)


async def test_a_notice_is_taken_back_and_may_be_recorded_anew(db: Tx) -> None:
    made = await record(db)
    with pytest.raises(Refused, match="Say why"):
        await notices.void(db, by=BY, notice=made, reason=" ")
    await notices.void(db, by=BY, notice=made, reason="recorded for the wrong employer")
    assert (await listed(db, by=BY)).items == []
    for gone in (notices.one(db, by=BY, notice=made), correct(db, made, affected=1), notices.void(db, by=BY, notice=made, reason="again")):
        with pytest.raises(NoNotice):
            await gone
    [entry] = await db.all(select(AuditEntry.id, AuditEntry.subject, AuditEntry.detail).where(AuditEntry.verb == "void_layoff_notice"))
    assert tuple(entry[1:]) == (made, {"reason": "recorded for the wrong employer"})
    assert await db.scalar(select(LayoffNotice.voided_by).where(LayoffNotice.id == made)) == entry.id
    await record(db)
    assert len((await listed(db, by=BY)).items) == 1


async def test_every_constraint_is_claimed_by_a_check(db: Tx) -> None:
    kept = await db.all(
        text("""
            SELECT conname AS name FROM pg_constraint WHERE contype <> 'n' AND conrelid = 'layoff_notices'::regclass
            UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indrelid = 'layoff_notices'::regclass""")
    )
    for act in (RECORD, CORRECT):
        claimed = {check.kept_by for check in act.checks.checks.values()} - {None}
        assert {row.name for row in kept} == claimed | {"layoff_notices_key"}
