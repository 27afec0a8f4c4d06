"""Characters that no name has, told by what Unicode says of each; and names of many scripts, which pass."""

import sys
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import connect
from sqlalchemy import Integer, Text, cast, column, func, literal, select
from sqlalchemy.dialects import postgresql

from app.core.db import Tx
from app.core.embedded import APP_ROLE, Server
from app.participants.characters import out_of_place
from tests.conftest import PEOPLED

HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Co"}
SEEM_TO_BE_LETTERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0xFFFD}
CHOOSING = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810)}  # a form of the letter before them
NAMES = [
    *("Ana", "O'Brien", "O’Brien", "Nuñez-Ångström", "Nún\u0303ez", "D’Angelo Jr.", "Þórður", "Łukasz", "Đặng Thị", "Иван", "Ελένη"),
    *("אברהם", "محمد", "علی\u200cزاده", "田中", "葛\U000e0100城", "李 小明", "김민준", "प्रिया", "क्\u200dष", "ශ්\u200dරී"),
    *("நளினி", "တင်", "ሰላም", "ᠮᠣᠩ᠋"),
]
WRITTEN = st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Mc", "Nd", "Pd", "Zs"])


async def test_of_all_characters_the_hidden_ones_are_refused_between_letters(db: Tx) -> None:
    every = func.generate_series(1, sys.maxunicode).table_valued(column("code", Integer)).render_derived()
    chosen = select(func.chr(every.c.code).label("it"), every.c.code).where(~every.c.code.between(0xD800, 0xDFFF)).subquery()
    refused = {row.code for row in await db.all(select(chosen.c.code).where(out_of_place("A" + chosen.c.it + "b")))}
    expected = {code for code in range(1, sys.maxunicode + 1) if unicodedata.category(chr(code)) in HIDDEN}
    known = {code for code in range(1, sys.maxunicode + 1) if unicodedata.category(chr(code)) != "Cn"}
    assert refused & known == (expected | SEEM_TO_BE_LETTERS | CHOOSING) & known
    assert refused >= {plane * 0x10000 + last for plane in range(17) for last in (0xFFFE, 0xFFFF)}, "noncharacters"


async def test_names_of_many_scripts_pass(db: Tx) -> None:
    told = select(*(out_of_place(literal(name)).label(f"n{n}") for n, name in enumerate(NAMES)))
    row = await db.first(told)
    assert row is not None
    assert [name for name, refused in zip(NAMES, row, strict=True) if refused] == []


async def test_a_joiner_is_spelling_where_its_script_joins_and_hidden_elsewhere(db: Tx) -> None:
    spelling = ["علی\u200cزاده", "क्\u200d", "漢\ufe00", "ᠮ\u180e"]
    elsewhere = ["A\u200cna", "\u200cعلی", "علی\u200c\u200cزاده", "田\u200d中", "A\ufe0f", "\ufe0f", "A\U000e0100", "A\u180e"]
    for name, refused in (*((name, False) for name in spelling), *((name, True) for name in elsewhere)):
        assert await db.scalar(select(out_of_place(literal(name)))) is refused, ascii(name)


HIDDEN_ONES = st.sampled_from(
    [code for code in range(1, sys.maxunicode + 1) if unicodedata.category(chr(code)) in HIDDEN - {"Co"} and code not in CHOOSING]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(WRITTEN, max_size=12), min_size=1, max_size=40), hidden=HIDDEN_ONES, data=st.data())
def test_one_hidden_character_anywhere_is_found(server: Server, names: list[str], hidden: int, data: st.DataObject) -> None:
    """And no text without one is refused, unless it chooses the form of a letter that is not there."""
    joiner = hidden in (0x200C, 0x200D)
    plain = [name for name in names if not CHOOSING & set(map(ord, name)) and not SEEM_TO_BE_LETTERS & set(map(ord, name))]
    spots = [data.draw(st.integers(0, 0 if joiner else len(name))) for name in plain]
    spoilt = [name[:at] + chr(hidden) + name[at:] for name, at in zip(plain, spots, strict=True)]
    every = cast(literal([*plain, *spoilt], postgresql.ARRAY(Text)), postgresql.ARRAY(Text))
    sent = func.unnest(every).table_valued(column("name", Text), with_ordinality="n").render_derived()
    asked = select(out_of_place(sent.c.name)).order_by(sent.c.n)
    compiled = asked.compile(dialect=postgresql.psycopg.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    with connect(server.url(PEOPLED, APP_ROLE)) as connection:
        told = [row[0] for row in connection.execute(str(compiled), compiled.params).fetchall()]
    assert told == [False] * len(plain) + [True] * len(spoilt)
