"""Searching people as one types: by name however it is spelled, birth date, phone, id, or the partner's own reference.

Names are found by tokens (`SearchToken`): the sound of a word and the word, made by SQL functions of the database, so that a request, an
import and a search cannot disagree about them. Sounds put together what is heard alike (Catherine and Katherine, Gonzales and Gonzalez).
One letter is an initial: it says which of those whom the rest finds are meant, and by itself finds nobody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Date, FromClause, Integer, Row, Text, Uuid, bindparam, delete, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import insert

from app.audit.entries import note
from app.core.actor import Actor
from app.core.db import Tx
from app.core.errors import Invalid
from app.core.paging import LIMIT, Keyset, Page
from app.participants.models import Participant, SearchToken

SHOWN = 20
"""How many a search shows."""

_DAYS = ((r"(\d{4})-(\d{1,2})-(\d{1,2})", (0, 1, 2)), (r"(\d{1,2})/(\d{1,2})/(\d{4})", (2, 0, 1)))
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Sought:
    """What somebody typed, taken apart. `low` to `high` are the ids that begin as what was typed does."""

    words: str
    whole: str
    birth_date: date | None = None
    phone: str | None = None
    low: UUID = _NOBODY
    high: UUID = _NOBODY

    @property
    def too_short(self) -> bool:
        """Whether it is initials alone: they fit too many to find anybody."""
        words = re.findall(r"[^\W_]+", self.words)
        return bool(words) and all(map(_initial, words)) and self.birth_date is None and self.phone is None


def _initial(word: str) -> bool:
    """A letter by itself; in scripts that know no capitals one letter is a name."""
    return len(word) == 1 and word.lower() != word.upper()


def take_apart(q: str) -> Sought:
    """Which parts of what was typed are a day (2001-05-17 or 5/17/2001), a phone number, the beginning of an id; names are the rest."""
    whole = " ".join(q.split())
    born, rest = _day(whole)
    if re.fullmatch(r"[0-9a-fA-F]{8}[0-9a-fA-F-]{0,28}", rest):
        digits = rest.replace("-", "")[:32].lower()
        return Sought("", whole, born, _phone(rest), UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f")))
    phone = _phone(rest)
    words = " ".join(re.sub(r"[\d+()#.]|(?<![^\W\d])-|-(?![^\W\d])", " ", rest).split()) if phone else rest
    return Sought(words, whole, born, phone)


def _day(whole: str) -> tuple[date | None, str]:
    for pattern, (year, month, day) in _DAYS:
        if found := re.search(rf"(?<!\d){pattern}(?!\d)", whole):
            part = [int(each) for each in found.groups()]
            try:
                return date(part[year], part[month], part[day]), (whole[: found.start()] + " " + whole[found.end() :]).strip()
            except ValueError:
                continue
    return None, whole


def _phone(rest: str) -> str | None:
    digits = re.sub(r"\D", "", rest)
    return f"#{digits[-7:]}" if 7 <= len(digits) <= 15 else None


# Ranges of tokens, ids and days alone: under row policies nothing else uses an index. A word that is still being typed is looked for
# among those that sound like its beginning; of very many, among the first. Words by which nobody is found (de, la) are left out, but the
# last, which may be the beginning of another.
_HITS = """
typed AS MATERIALIZED (
  SELECT n, w, n = max(n) OVER () AS last, length(w) = 1 AND lower(w) <> upper(w) AS initial
  FROM string_to_table(folded(:words), ' ') WITH ORDINALITY AS s (w, n) WHERE w <> ''
),
word AS MATERIALIZED (
  SELECT n, sound_of(w) AS sound, w AS word, last AND length(w) >= 3 AS unfinished
  FROM typed WHERE NOT initial AND (last OR EXISTS (SELECT FROM tokens_of('', w, '')))
),
hit AS (
  SELECT t.participant, w.n, CASE WHEN t.token = w.sound || ' ' || w.word THEN 3 ELSE 1 END AS weight
  FROM word w CROSS JOIN LATERAL (
    SELECT a.participant, a.token FROM search_tokens a
    WHERE a.token >= w.sound || ' ' AND a.token < w.sound || '!' LIMIT 100000) t
  UNION ALL
  SELECT t.participant, w.n, 2 FROM word w CROSS JOIN LATERAL (
    SELECT b.participant, b.token FROM search_tokens b
    WHERE b.token >= w.sound AND b.token < w.sound || U&'\\+10FFFF' LIMIT 20000) t
  WHERE w.unfinished AND starts_with(split_part(t.token, ' ', 2), w.word)
  UNION ALL
  SELECT t.participant, -1, 3 FROM search_tokens t WHERE t.token = :phone
  UNION ALL
  SELECT p.id, -2, 3 FROM participants p WHERE p.birth_date = :birth_date
  UNION ALL
  SELECT p.id, -3, 3 FROM participants p WHERE p.id BETWEEN :low AND :high
  UNION ALL
  SELECT r.participant, -4, 3 FROM partner_references r WHERE {mine} r.reference = :whole
),
"""
_HERS = "WHERE participant IN (SELECT c.participant FROM caseload c WHERE c.partner = :by_partner)"


# Whoever matches most of what was typed is `likely`, with a `rank`: those first whose names are spelled so.
_LIKELY = """
found AS (SELECT participant, n, max(weight) AS weight FROM hit {hers} GROUP BY participant, n),
term AS (
  SELECT participant, n, weight FROM found
  UNION ALL
  SELECT p.id, t.n, 2 FROM typed t
  JOIN (SELECT DISTINCT participant FROM found WHERE EXISTS (SELECT FROM typed WHERE initial) LIMIT 20000) f ON t.initial
  JOIN participants p ON p.id = f.participant
  WHERE starts_with(folded(p.first_name), t.w) OR starts_with(folded(p.last_name), t.w)
),
ranked AS (SELECT participant, count(*) AS terms, sum(weight) AS weight FROM term GROUP BY participant),
likely AS (SELECT participant, -weight::int AS rank FROM ranked WHERE terms = (SELECT max(terms) FROM ranked))
"""
_FIRST = """,
best AS (SELECT participant, rank FROM likely ORDER BY rank, participant LIMIT 200)
SELECT p.id, p.first_name, p.last_name, p.birth_date, p.registered_on FROM best b JOIN participants p ON p.id = b.participant
ORDER BY b.rank, p.last_key, p.first_key, p.id LIMIT :shown
"""
_EVERY = "SELECT participant AS id, rank FROM likely"
_KINDS = {"words": Text, "whole": Text, "phone": Text, "birth_date": Date, "low": Uuid, "high": Uuid}


@cache
def _found(of_partner: bool, tail: str) -> Any:
    mine, hers = ("r.partner = :by_partner AND", _HERS) if of_partner else ("", "")
    statement = text("WITH" + _HITS.format(mine=mine) + _LIKELY.format(hers=hers) + tail)
    binds: list[Any] = [bindparam(name, type_=kind) for name, kind in _KINDS.items()]
    return statement.bindparams(*binds, *([bindparam("by_partner", type_=Uuid)] if of_partner else []))


async def search(tx: Tx, *, by: Actor, q: str) -> tuple[Sequence[Row[Any]], bool]:
    """Those whom the caller may see and `q` finds, the likeliest first, and whether there are more than are shown.

    Whoever matches most of what was typed is shown, and who matches less is not; of equals, those first whose names are spelled so.
    Rows: id, first_name, last_name, birth_date, registered_on. Leaves an entry that does not say what was sought.
    """
    sought = take_apart(q)
    if not sought.whole or sought.too_short:
        return [], False
    rows = await tx.all(_found(by.partner is not None, _FIRST), {"by_partner": by.partner, "shown": SHOWN + 1, **vars(sought)})
    shown = rows[:SHOWN]
    await note(tx, "search_participants", by=by, rows=len(shown))
    return shown, len(rows) > SHOWN


class TooShort(Invalid):
    """Somebody is sought by an initial alone."""

    def __init__(self) -> None:
        super().__init__(
            "'q' is one letter. Send two letters of a name or more, a birth date, a phone number, an id, or your own reference."
        )


@cache
def _likely(of_partner: bool) -> tuple[Keyset, Any]:
    likely = _found(of_partner, _EVERY).columns(id=Uuid, rank=Integer).subquery("likely_ones")
    return Keyset(likely.c.rank, likely.c.id), likely


async def searched(tx: Tx, *, by: Actor, q: str, after: str | None = None, limit: int = LIMIT) -> Page[Row[Any]]:
    """All whom `search` can find, page by page: by how likely they are, then by id. Rows: as of `search`, and the revision.

    Leaves an entry that does not say what was sought. Raises `TooShort`.
    """
    sought = take_apart(q)
    if sought.too_short:
        raise TooShort
    order, likely = _likely(by.partner is not None)
    cut = order.page(select(likely.c.rank, likely.c.id), after=after, limit=limit).subquery("cut")
    told = (Participant.id, Participant.first_name, Participant.last_name, Participant.birth_date, Participant.registered_on)
    people = select(*told, Participant.revision, cut.c.rank).join(cut, cut.c.id == Participant.id).order_by(cut.c.rank, cut.c.id)
    rows = await tx.all(people, {"by_partner": by.partner, **vars(sought)} if by.partner else vars(sought))
    page = order.cut(rows, limit=limit)
    await note(tx, "search_participants", by=by, rows=len(page.items))
    return page


def _tokens(of: FromClause) -> Any:
    return func.tokens_of(of.c.first_name, of.c.last_name, of.c.phone).table_valued("token")


def findable(made: CTE, *, known: bool = False) -> CTE:
    """By what people will be found. `made` has their id, first_name, last_name and phone; `known` says that they can be found already."""
    token = _tokens(made).lateral("token")
    new = select(token.c.token, made.c.id).distinct().select_from(made.join(token, literal_column("true")))
    # In the order of the key: of very many, each page of the index is written once.
    kept = insert(SearchToken).from_select(["token", "participant"], new.order_by(token.c.token, made.c.id))
    return (kept.on_conflict_do_nothing() if known else kept).returning(literal_column("1")).cte("findable")


def found_no_more(made: CTE) -> CTE:
    """Takes away by what those who changed were found before and are no more. What stays is not touched: `findable` sees to the rest."""
    before = Participant.__table__.alias("before")
    old, new = _tokens(before).lateral("old"), _tokens(made).lateral("new")
    gone = (
        select(old.c.token, made.c.id)
        .select_from(made.join(before, before.c.id == made.c.id).join(old, literal_column("true")))
        .where(old.c.token.not_in(select(new.c.token)))
        .subquery("gone")
    )
    lost = delete(SearchToken).where(SearchToken.token == gone.c.token, SearchToken.participant == gone.c.id)
    return lost.returning(literal_column("1")).cte("found_no_more")
