"""Registering partners, adding to them, and what is refused."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEntry
from app.core.acts import Act
from app.core.db import Tx
from app.core.errors import Refused, Stale
from app.partners import actions, queries
from app.partners.actions import ADD_SITE, AGREE, END_AGREEMENT, REGISTER, SERVE, STOP_SERVING, of_partner
from app.partners.queries import NoPartner, NoSite
from tests.partners.ground import lay
from tests.people import ALICE, CHARLIE, DANA, ERIE, NIAGARA, PRIYA

BY = DANA.actor
SINCE = date(2026, 7, 1)
NEW: dict[str, Any] = {"key": "hope_house", "name": " Hope House ", "kind": "nonprofit", "active_from": SINCE}
SITE: dict[str, Any] = {"key": "main_street", "name": "Main Street", "address": "1 Main Street, Buffalo", "county": "36029"}
SERVES: dict[str, Any] = {"system": "lwda", "region": "erie", "valid_from": SINCE}
SHARES: dict[str, Any] = {"kind": "share_records", "with_partner": "niagara_college", "valid_from": SINCE, "source": "Memorandum, item 3"}
WAGES: dict[str, Any] = {"kind": "wage_match", "valid_from": SINCE, "source": "Contract 12"}


@pytest.fixture(autouse=True)
async def _regions(db: Tx) -> None:
    await lay(db)


async def refusals(db: Tx, act: Act, **told: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        await db.act(act, act.one(**told), by=BY)
    return sorted((violation.pointer, violation.code) for violation in refused.value.violations)


async def entries(db: Tx) -> list[tuple[str, UUID | None]]:
    rows = await db.all(select(AuditEntry.verb, AuditEntry.subject).order_by(AuditEntry.id))
    return [(row.verb, row.subject) for row in rows if not row.verb.startswith(("create", "put"))]


async def test_a_partner_is_registered(db: Tx) -> None:
    [made] = await db.act(REGISTER, REGISTER.one(**NEW), by=BY)
    kept = await queries.partner(db, by=BY, key="hope_house")
    assert tuple(kept) == (made, "hope_house", "Hope House", "nonprofit", None, SINCE, None, 1)
    assert await entries(db) == [("register_partner", made)]


@pytest.mark.parametrize(
    ("instead", "expected"),
    [
        ({"key": "Hope House"}, [("key", "key_malformed")]),
        ({"key": "erie_board"}, [("key", "key_taken")]),
        ({"name": "  "}, [("name", "no_name")]),
        ({"name": None, "kind": None}, [("kind", "kind_unknown"), ("name", "no_name")]),
        ({"kind": "church"}, [("kind", "kind_unknown")]),
        ({"board_code": "36010"}, [("board_code", "not_a_boards")]),
        ({"kind": "workforce_board", "board_code": "3601"}, [("board_code", "not_a_boards")]),
        ({"active_from": None}, [("active_from", "no_first_day")]),
        ({"active_until": SINCE}, [("active_until", "ends_before_it_begins")]),
    ],
)
async def test_a_partner_that_cannot_be_registered(db: Tx, instead: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert await refusals(db, REGISTER, **{**NEW, **instead}) == expected
    assert await entries(db) == []


async def test_a_partner_changes_as_it_was_read(db: Tx) -> None:
    await db.act(REGISTER, REGISTER.one(**NEW), by=BY)
    await actions.change(db, by=BY, key="hope_house", revision=1, told={"name": "House of Hope", "active_until": date(2027, 7, 1)})
    kept = await queries.partner(db, by=BY, key="hope_house")
    assert (kept.name, kept.active_until, kept.revision) == ("House of Hope", date(2027, 7, 1), 2)
    await actions.change(db, by=BY, key="hope_house", revision=2, told={"name": "House of Hope"})
    assert (await queries.partner(db, by=BY, key="hope_house")).revision == 2, "nothing changed"
    await actions.change(db, by=BY, key="hope_house", revision=None, told={"active_until": None})
    assert [verb for verb, _ in await entries(db)] == ["register_partner", "change_partner", "change_partner"]
    with pytest.raises(Stale):
        await actions.change(db, by=BY, key="hope_house", revision=2, told={"name": "Hope"})
    with pytest.raises(NoPartner):
        await actions.change(db, by=BY, key="despair_house", revision=None, told={"name": "Hope"})


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"name": " "}, "no_name"),
        ({"active_until": date(2020, 1, 1)}, "ends_before_it_begins"),
        ({"board_code": "36010"}, "not_a_boards"),
        ({"active_from": None}, "no_first_day"),
    ],
)
async def test_a_change_that_cannot_be(db: Tx, told: dict[str, Any], code: str) -> None:
    await db.act(REGISTER, REGISTER.one(**NEW), by=BY)
    with pytest.raises(Refused) as refused:
        await actions.change(db, by=BY, key="hope_house", revision=None, told=told)
    assert [violation.code for violation in refused.value.violations] == [code]


async def test_sites_regions_and_agreements_belong_to_a_partner(db: Tx) -> None:
    site = await of_partner(db, ADD_SITE, by=BY, partner="erie_board", told=SITE)
    serves = await of_partner(db, SERVE, by=BY, partner="erie_board", told=SERVES)
    shares = await of_partner(db, AGREE, by=BY, partner="erie_board", told=SHARES)
    match = await of_partner(db, AGREE, by=BY, partner="erie_board", told=WAGES)
    assert await entries(db) == [("add_site", site), ("serve_region", serves), ("agree", shares), ("agree", match)]
    assert [tuple(row) for row in (await queries.sites(db, by=BY, partner=ERIE.id)).items] == [(site, *SITE.values(), 1)]
    assert [tuple(row) for row in (await queries.service_regions(db, by=BY, partner=ERIE.id)).items] == [(serves, *SERVES.values(), None)]
    assert [tuple(row) for row in (await queries.agreements(db, by=BY, partner=ERIE.id)).items] == [
        (shares, "erie_board", "share_records", "niagara_college", SINCE, None, "Memorandum, item 3"),
        (match, "erie_board", "wage_match", None, SINCE, None, "Contract 12"),
    ]
    with pytest.raises(NoPartner):
        await of_partner(db, ADD_SITE, by=BY, partner="nobody", told=SITE)


NOBODY = UUID(int=1)


@pytest.mark.parametrize(
    ("act", "told", "expected"),
    [
        (ADD_SITE, {**SITE, "partner": NOBODY}, [("partner", "partner_unknown")]),
        (ADD_SITE, {**SITE, "key": "Main"}, [("key", "key_malformed")]),
        (ADD_SITE, {**SITE, "name": ""}, [("name", "no_name")]),
        (ADD_SITE, {**SITE, "county": "34013"}, [("county", "county_unknown")]),
        (ADD_SITE, {**SITE, "county": None}, [("county", "county_unknown")]),
        (SERVE, {**SERVES, "partner": NOBODY}, [("partner", "partner_unknown")]),
        (SERVE, {**SERVES, "region": "atlantis"}, [("region", "region_unknown")]),
        (SERVE, {**SERVES, "system": "moon"}, [("region", "region_unknown")]),
        (SERVE, {**SERVES, "valid_from": date(1999, 1, 1)}, [("region", "region_unknown")]),
        (SERVE, {**SERVES, "valid_from": None}, [("region", "region_unknown"), ("valid_from", "no_beginning")]),
        (SERVE, {**SERVES, "valid_until": SINCE}, [("valid_until", "never_holds")]),
        (AGREE, {**SHARES, "partner": NOBODY}, [("partner", "partner_unknown")]),
        (AGREE, {**SHARES, "kind": "handshake"}, [("kind", "agreement_unknown"), ("with_partner", "not_with_somebody")]),
        (AGREE, {**SHARES, "with_partner": None}, [("with_partner", "not_with_somebody")]),
        (AGREE, {**WAGES, "with_partner": "niagara_college"}, [("with_partner", "not_with_somebody")]),
        (AGREE, {**SHARES, "with_partner": "nobody"}, [("with_partner", "other_partner_unknown")]),
        (AGREE, {**SHARES, "with_partner": "erie_board"}, [("with_partner", "with_itself")]),
        (AGREE, {**SHARES, "source": " "}, [("source", "no_source")]),
        (AGREE, {**SHARES, "valid_from": None}, [("valid_from", "no_beginning")]),
        (AGREE, {**SHARES, "valid_until": date(2026, 1, 1)}, [("valid_until", "never_holds")]),
    ],
)
async def test_what_cannot_be_added(db: Tx, act: Act, told: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert await refusals(db, act, **{"partner": ERIE.id, **told}) == expected
    assert await entries(db) == []


@pytest.mark.parametrize(
    ("act", "told", "expected"),
    [
        (ADD_SITE, SITE, [("key", "site_key_taken")]),
        (SERVE, SERVES, [("region", "serves_already")]),
        (SERVE, {**SERVES, "valid_from": date(2026, 1, 1)}, [("region", "serves_already")]),
        (SERVE, {**SERVES, "valid_from": date(2026, 1, 1), "valid_until": SINCE}, []),
        (AGREE, SHARES, [("valid_from", "agreed_already")]),
        (AGREE, {**SHARES, "with_partner": "monroe_board"}, []),
        (AGREE, WAGES, [("valid_from", "agreed_already")]),
        (AGREE, {**WAGES, "kind": "wage_disclosure"}, []),
    ],
)
async def test_nothing_holds_twice_on_one_day(db: Tx, act: Act, told: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    for first, about in ((ADD_SITE, SITE), (SERVE, SERVES), (AGREE, SHARES), (AGREE, WAGES)):
        await of_partner(db, first, by=BY, partner="erie_board", told=about)
    if expected:
        assert await refusals(db, act, **told, partner=ERIE.id) == expected
    else:
        assert await of_partner(db, act, by=BY, partner="erie_board", told=told)
    assert await of_partner(
        db, act, by=BY, partner="niagara_college", told={**told, "with_partner": "monroe_board"} if told is SHARES else told
    )


async def test_what_holds_is_ended_and_stays(db: Tx) -> None:
    serves = await of_partner(db, SERVE, by=BY, partner="erie_board", told=SERVES)
    shares = await of_partner(db, AGREE, by=BY, partner="erie_board", told=SHARES)
    for act, which in ((STOP_SERVING, serves), (END_AGREEMENT, shares)):
        until = date(2026, 12, 1)
        assert await refusals(db, act, partner=NIAGARA.id, which=which, valid_until=until) == [("which", "not_there")]
        assert await refusals(db, act, partner=ERIE.id, which=which, valid_until=SINCE) == [("valid_until", "not_begun")]
        await of_partner(db, act, by=BY, partner="erie_board", told={"which": which, "valid_until": until})
        assert await refusals(db, act, partner=ERIE.id, which=which, valid_until=date(2027, 1, 1)) == [("valid_until", "ended_already")]
        await of_partner(db, act, by=BY, partner="erie_board", told={"which": which, "valid_until": date(2026, 11, 1)})
    [region] = (await queries.service_regions(db, by=BY, partner=ERIE.id)).items
    [agreement] = (await queries.agreements(db, by=BY, partner=ERIE.id)).items
    assert region.valid_until == agreement.valid_until == date(2026, 11, 1), "an end can come earlier"
    assert [verb for verb, _ in await entries(db)][2:] == ["stop_serving_region"] * 2 + ["end_agreement"] * 2
    assert await of_partner(db, SERVE, by=BY, partner="erie_board", told={**SERVES, "valid_from": date(2026, 11, 1)})


async def test_agreements_are_seen_by_those_who_take_part(db: Tx) -> None:
    """Alice's board and Priya's college share records; Charlie's board is no part of it and sees none."""
    await of_partner(db, AGREE, by=BY, partner="erie_board", told=SHARES)
    await of_partner(db, AGREE, by=BY, partner="erie_board", told=WAGES)
    seen = {}
    for person in (DANA, ALICE, PRIYA, CHARLIE):
        for partner in (ERIE, NIAGARA):
            rows = (await queries.agreements(db, by=person.actor, partner=partner.id)).items
            seen[person.name, partner.key] = [row.kind for row in rows]
    assert seen == {
        ("Dana", "erie_board"): ["share_records", "wage_match"],
        ("Dana", "niagara_college"): ["share_records"],
        ("Alice", "erie_board"): ["share_records", "wage_match"],
        ("Alice", "niagara_college"): ["share_records"],
        ("Priya", "erie_board"): ["share_records"],
        ("Priya", "niagara_college"): ["share_records"],
        ("Charlie", "erie_board"): [],
        ("Charlie", "niagara_college"): [],
    }


GENERATED = {f"{table}_key": "ids are made anew" for table in ("partners", "sites", "service_regions", "agreements")}
"""Constraints that no act can meet, and why."""


async def test_every_constraint_is_claimed_by_a_check(db: Tx) -> None:
    kept = await db.all(
        text(
            "SELECT conname AS name FROM pg_constraint WHERE contype <> 'n' AND conrelid::regclass::text IN "
            "('partners', 'sites', 'service_regions', 'agreements')"
        )
    )
    acts = (REGISTER, ADD_SITE, SERVE, AGREE, STOP_SERVING, END_AGREEMENT, actions.CHANGE)
    claimed = {check.kept_by for act in acts for check in act.checks.checks.values()} - {None}
    assert {row.name for row in kept} == claimed | GENERATED.keys()


@pytest.mark.parametrize(
    ("act", "told", "code"),
    [
        (ADD_SITE, SITE, "site_key_taken"),
        (SERVE, SERVES, "serves_already"),
        (AGREE, SHARES, "agreed_already"),
        (AGREE, WAGES, "agreed_already"),
    ],
)
async def test_the_database_keeps_out_what_races_past_the_checks(db: Tx, act: Act, told: dict[str, Any], code: str) -> None:
    """The act without its checks, twice: the second meets the constraint, and the constraint is known by the check's code."""
    unchecked = Act(type(act.checks)(act.checks.act, **act.checks.fields), act.makes)
    unchecked.checks.checks = {}
    await db.act(unchecked, unchecked.one(**told, partner=ERIE.id), by=BY)
    blind = Act(type(act.checks)(act.checks.act, **act.checks.fields), act.makes)
    blind.checks.checks = {}
    blind.checks.broken = act.checks.broken  # type: ignore[method-assign]  # what the act itself would say of the constraint
    with pytest.raises(Refused) as refused:
        await db.act(blind, blind.one(**told, partner=ERIE.id), by=BY)
    assert [violation.code for violation in refused.value.violations] == [code]


async def test_a_site_is_corrected_as_it_was_read(db: Tx) -> None:
    site = await of_partner(db, ADD_SITE, by=BY, partner="erie_board", told=SITE)
    change = partial(actions.change_site, db, by=BY, partner="erie_board", site=site)
    await change(revision=1, told={"name": " Elm Street ", "address": None})
    kept = await queries.site(db, by=BY, partner=ERIE.id, site=site)
    assert tuple(kept) == (site, "main_street", "Elm Street", None, "36029", 2)
    await change(revision=2, told={"name": "Elm Street"})
    assert [verb for verb, _ in await entries(db)] == ["add_site", "change_site"], "nothing changed"
    with pytest.raises(Stale):
        await change(revision=1, told={"name": "Oak Street"})
    for told, code in (({"name": None}, "no_name"), ({"county": "34013"}, "county_unknown")):
        with pytest.raises(Refused) as refused:
            await change(revision=None, told=told)
        assert [violation.code for violation in refused.value.violations] == [code]
    with pytest.raises(NoSite):
        await actions.change_site(db, by=BY, partner="niagara_college", site=site, revision=None, told={"name": "Ours"})


async def test_a_partner_that_has_ended_begins_nothing(db: Tx) -> None:
    """It serves no region and agrees to nothing from then on; what held before is recorded whenever it is known."""
    await actions.change(db, by=BY, key="erie_board", revision=None, told={"active_until": date(2027, 7, 1)})
    for act, told in ((SERVE, SERVES), (AGREE, WAGES)):
        after = {**told, "valid_from": date(2027, 7, 1)}
        assert await refusals(db, act, **after, partner=ERIE.id) == [("valid_from", "partner_ended")]
        await db.act(act, act.one(**{**told, "valid_until": date(2027, 8, 1)}, partner=ERIE.id), by=BY)
