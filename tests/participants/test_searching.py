"""Finding people as one types: tolerant of spelling, the likeliest first, only whom the caller may see, by index."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text

from app.audit.models import AuditEntry
from app.core.db import Tx
from app.participants import actions, queries
from app.participants.models import Caseload, SearchToken
from app.participants.searching import _EVERY, _FIRST, SHOWN, TooShort, _found, search, searched, take_apart
from tests.conftest import TODAY, TestDatabase
from tests.participants.world import known_to
from tests.people import ALICE, BOB, CHARLIE, DANA, NIA, PRIYA, Person


async def found(tx: Tx, person: Person, q: str) -> list[UUID]:
    """Whom the screen shows; the API's list has the same people."""
    rows, _ = await search(tx, by=person.actor, q=q)
    shown = [row.id for row in rows]
    if q.strip() and not take_apart(q).too_short:
        page = await searched(tx, by=person.actor, q=q, limit=100)
        assert {row.id for row in page.items} == set(shown), (person.name, q)
    return shown


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("catherine", "katherine", True),
        ("gonzales", "gonzalez", True),
        ("rodriguez", "rodrigez", True),
        ("hernandez", "ernandes", True),
        ("schmidt", "smith", True),
        ("johnson", "jonson", True),
        ("philip", "fillip", True),
        ("wright", "rite", True),
        ("knight", "night", True),
        ("cruz", "kruse", True),
        ("cecilia", "sesilia", True),
        ("geoffrey", "jeffrey", True),
        ("erik", "aric", True),
        ("muller", "mueller", True),
        ("cruz", "garcia", False),
        ("martin", "morton", True),
        ("martin", "marten", True),
        ("martin", "madison", False),
        ("lee", "li", True),
        ("lee", "kim", False),
        ("мария", "иван", False),
    ],
)
async def test_what_is_heard_alike(db: Tx, name: str, other: str, alike: bool) -> None:
    one, two = [await db.scalar(text("SELECT sound_of(:word)"), {"word": word}) for word in (name, other)]
    assert (one == two) is alike, (one, two)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("José Núñez", ["jose", "nunez"]),
        ("O'Brien-Smith", ["obrien", "smith"]),
        ("D’Angelo", ["dangelo"]),
        ("Łukasz Müller", ["lukasz", "muller"]),
        ("МАРИЯ", ["мария"]),
    ],
)
async def test_names_are_folded(db: Tx, name: str, words: list[str]) -> None:
    assert (await db.scalar(text("SELECT folded(:name)"), {"name": name})).split() == words


@pytest.mark.parametrize(
    ("q", "words", "born", "phone"),
    [
        ("Ana Cruz", "Ana Cruz", None, None),
        ("cruz 1990-05-17", "cruz", date(1990, 5, 17), None),
        ("5/17/1990 Ana", "Ana", date(1990, 5, 17), None),
        ("1990-13-45", "", None, "#9901345"),
        ("(716) 555-0100", "", None, "#5550100"),
        ("555-0100", "", None, "#5550100"),
        ("ana +1 716 555 0100", "ana", None, "#5550100"),
        ("Ana-Maria", "Ana-Maria", None, None),
    ],
)
def test_what_was_typed_is_taken_apart(q: str, words: str, born: date | None, phone: str | None) -> None:
    sought = take_apart(q)
    assert (sought.words, sought.birth_date, sought.phone) == (words, born, phone)


def test_the_beginning_of_an_id_is_a_range() -> None:
    sought = take_apart("01920000-0000-7")
    assert (sought.low, sought.high) == (UUID("01920000-0000-7000-0000-000000000000"), UUID("01920000-0000-7fff-ffff-ffffffffffff"))


ANA: dict[str, Any] = {
    "first_name": "Ana María",
    "last_name": "De la Cruz",
    "birth_date": date(1990, 5, 17),
    "phone": "+1 (716) 555-0100",
    "reference": "E-77",
}


@pytest.mark.parametrize(
    "q",
    [
        *("ana cruz", "Cruz", "cru", "Anna Kruz", "maria", "Cruz, Ana", "CRUZ ana maria", "1990-05-17", "05/17/1990", "555-0100"),
        *("7165550100", "E-77", "cruz 1990-05-17", "Cruz 1991-01-01", "anna 5550100"),
    ],
)
async def test_somebody_is_found(db: Tx, q: str) -> None:
    ana = await known_to(db, ALICE, **ANA)
    await known_to(db, ALICE, first_name="Robert", last_name="Wilson", birth_date=date(1971, 2, 3), phone="716 555 0199", reference="E-78")
    for person in (ALICE, BOB, DANA):
        assert await found(db, person, q) == [ana], person.name
    for person in (CHARLIE, PRIYA):
        assert await found(db, person, q) == [], person.name


@pytest.mark.parametrize(
    ("q", "too_short"),
    [
        ("a", True),
        ("É", True),
        ("a b", True),
        ("a.", True),
        ("李", False),
        ("7", False),
        ("a 1990-05-17", False),
        ("a 555-0100", False),
        ("al", False),
        ("a cruz", False),
        ("%", False),
    ],
)
async def test_initials_alone_find_nobody(db: Tx, q: str, too_short: bool) -> None:
    assert take_apart(q).too_short is too_short
    if too_short:
        await known_to(db, ALICE, **ANA)
        assert await found(db, ALICE, q) == []
        with pytest.raises(TooShort, match="two letters"):
            await searched(db, by=ALICE.actor, q=q)


async def test_an_initial_says_which_is_meant(db: Tx) -> None:
    ana = await known_to(db, ALICE, **ANA)
    eva = await known_to(db, ALICE, **{**ANA, "first_name": "Éva", "birth_date": date(1991, 5, 17), "phone": None, "reference": "E-78"})
    theirs = await known_to(db, CHARLIE, **{**ANA, "first_name": "Edna", "reference": "M-1"})
    for q, finds in (("e cruz", [eva]), ("cruz a.", [ana]), ("Cruz, E.", [eva]), ("d cruz", [ana, eva]), ("e 1991-05-17", [eva])):
        assert await found(db, ALICE, q) == finds, q
    assert await found(db, CHARLIE, "e cruz") == [theirs]
    assert await found(db, PRIYA, "e cruz") == []


async def test_words_by_which_nobody_is_found_hide_nobody(db: Tx) -> None:
    ana = await known_to(db, ALICE, **ANA)
    dee = await known_to(db, ALICE, first_name="Dee", last_name="Cruz", reference="E-9")
    assert await found(db, ALICE, "de la cruz") == [dee, ana]  # equals, by family name
    assert await found(db, ALICE, "dee cruz") == [dee]


async def test_one_word_in_a_script_without_capitals_is_a_name(db: Tx) -> None:
    li = await known_to(db, ALICE, first_name="明", last_name="李")
    assert await found(db, ALICE, "李") == [li]
    assert await found(db, CHARLIE, "李") == []


async def test_the_list_has_everybody_once_the_likeliest_first(db: Tx) -> None:
    kruse = [await known_to(db, ALICE, **{**ANA, "last_name": "Kruse", "reference": f"k{n}"}) for n in range(3)]
    cruz = [await known_to(db, ALICE, **{**ANA, "reference": f"c{n}"}) for n in range(3)]
    await known_to(db, CHARLIE, **{**ANA, "reference": "M-1"})
    seen: list[UUID] = []
    after: str | None = None
    while True:
        page = await searched(db, by=ALICE.actor, q="cruz", after=after, limit=2)
        seen += [row.id for row in page.items]
        if (after := page.next) is None:
            break
    assert seen == cruz + kruse
    assert (await searched(db, by=PRIYA.actor, q="cruz")).items == []


@pytest.mark.parametrize("q", ["", "   ", "wilson", "2001-01-01", "555 0101", "xx", "%", "'; --", "--------", "\\"])
async def test_nobody_is_found(db: Tx, q: str) -> None:
    await known_to(db, ALICE, **ANA)
    assert await found(db, ALICE, q) == []


async def test_an_id_finds_by_its_beginning(db: Tx) -> None:
    ana = await known_to(db, ALICE, **ANA)
    assert ana in await found(db, ALICE, str(ana)[:13])
    assert await found(db, ALICE, str(ana)) == [ana]
    assert await found(db, CHARLIE, str(ana)) == []


async def test_the_likeliest_come_first(db: Tx) -> None:
    kruse = await known_to(db, ALICE, **{**ANA, "first_name": "Anna", "last_name": "Kruse", "reference": "1"})
    cruzado = await known_to(db, ALICE, **{**ANA, "first_name": "Ana", "last_name": "Cruzado", "reference": "2"})
    cruz = await known_to(db, ALICE, **{**ANA, "first_name": "Ana", "last_name": "Cruz", "reference": "3"})
    await known_to(db, ALICE, **{**ANA, "first_name": "Ana", "last_name": "Wilson", "reference": "4"})
    assert await found(db, ALICE, "ana cruz") == [cruz, cruzado, kruse]  # spelled so, begun so, heard so; one word of two is too little


async def test_another_state_finds_nobody(own_db: TestDatabase) -> None:
    async with own_db.transaction(ALICE.actor) as ours:
        ana = await known_to(ours, ALICE, **ANA)
        await ours.commit()
    async with own_db.transaction(NIA.actor) as theirs:
        for q in ("ana cruz", "1990-05-17", "555-0100", "E-77", str(ana)):
            assert await found(theirs, NIA, q) == []


async def test_a_partner_finds_nobody_by_anothers_reference(db: Tx) -> None:
    hers = await known_to(db, ALICE, reference="E-1")
    await db.run(insert(Caseload).values(partner=PRIYA.actor.partner, participant=hers, since=TODAY))
    assert await found(db, PRIYA, "E-1") == []
    assert await found(db, DANA, "E-1") == [hers]


async def test_a_change_is_found_and_what_was_is_not(db: Tx) -> None:
    ana = await known_to(db, ALICE, **ANA)
    row = await queries.kept(db, by=ALICE.actor, participant=ana)
    told = {"last_name": "Cruz Wilson", "phone": "716 555 0111"}
    await actions.change(db, by=ALICE.actor, today=TODAY, participant=ana, revision=row.revision, told=told)
    for q, finds in (("wilson", [ana]), ("cruz", [ana]), ("555 0111", [ana]), ("555 0100", [])):
        assert await found(db, ALICE, q) == finds, q
    kept = await db.all(select(SearchToken.token).where(SearchToken.participant == ana).order_by(SearchToken.token))
    assert [row.token for row in kept] == ["#5550111", "a5 ana", "k62 cruz", "m6 maria", "v425 wilson"]


async def test_more_than_are_shown(db: Tx) -> None:
    for number in range(SHOWN + 1):
        await known_to(db, ALICE, **{**ANA, "reference": f"n{number}"})
    rows, more = await search(db, by=ALICE.actor, q="cruz")
    assert (len(rows), more) == (SHOWN, True)


async def test_a_search_is_noted_without_what_was_sought(db: Tx) -> None:
    ana = await known_to(db, ALICE, **ANA)
    await search(db, by=ALICE.actor, q="ana cruz")
    [entry] = await db.all(select(AuditEntry).where(AuditEntry.verb == "search_participants", AuditEntry.actor == ALICE.actor.id))
    assert entry.rows == 1
    assert "cruz" not in str(entry._mapping).lower()
    assert str(ana) not in str(entry._mapping)


async def test_it_is_quick_because_everything_is_found_by_index(own_db: TestDatabase) -> None:
    """Behind row policies, with many people there, no part of a search reads all of them."""
    async with own_db.transaction(DANA.actor) as tx:
        await known_to(tx, DANA, **{**ANA, "reference": None})
        await tx.run(
            text("""INSERT INTO participants (id, person, first_name, last_name, birth_date, residence, sex, hispanic, registered_on, act)
                    SELECT i, i, 'First' || n, 'Last' || n, date '1950-01-01' + (n % 18000), residence, sex, hispanic, registered_on, act
                    FROM (SELECT uuidv7() AS i, n FROM generate_series(1, 20000) n) x, participants""")
        )
        await tx.run(
            text("""INSERT INTO search_tokens (token, participant) SELECT t.token, p.id FROM participants p
                    CROSS JOIN LATERAL tokens_of(p.first_name, p.last_name || md5(p.id::text), p.phone) t ON CONFLICT DO NOTHING""")
        )
        await tx.commit()
    async with own_db.as_owner() as owner:
        await owner.run(text("ANALYZE participants, search_tokens, caseload, partner_references"))
    async with own_db.reading(ALICE.actor) as read:
        for partner, tail in ((ALICE.actor.partner, _FIRST), (None, _FIRST), (ALICE.actor.partner, _EVERY), (None, _EVERY)):
            binds = {"by_partner": partner, "shown": 21, **vars(take_apart("ana cruz 5/17/1990 555-0100"))}
            statement = text("EXPLAIN " + _found(partner is not None, tail).text)
            plan = [row[0] for row in await read.all(statement, {name: binds[name] for name in statement._bindparams})]
            whole = [line for line in plan if "Seq Scan on participants" in line or "Seq Scan on search_tokens" in line]
            assert not whole, "\n".join(plan)
            assert sum("search_tokens_key" in line for line in plan) == 3, "\n".join(plan)
            assert any("participants_by_birth_date" in line for line in plan), "\n".join(plan)
