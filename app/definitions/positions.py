"""Where each key of a TOML file stands: `tomllib` keeps no lines, and a mistake without its line is a search.

A scanner and not a second parser: it reads only text that `tomllib` has accepted, and follows tables, keys, strings and
brackets just far enough to know which key a line belongs to.
"""

import re

from app.definitions.mistakes import Place

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"^\s*({_DOTTED})\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]')


def lines(text: str) -> dict[Place, int]:
    """The line, counted from 1, of every table, key and element of an array of tables."""
    found: dict[Place, int] = {}
    arrays: dict[Place, int] = {}
    table: Place = ()
    open_string, depth = "", 0
    for number, whole in enumerate(text.split("\n"), start=1):
        line = whole.rstrip("\r")
        if not open_string and depth == 0:
            if header := _TABLE.match(line):
                table = _table(header[1], _parts(header[2]), arrays)
                for length in range(1, len(table) + 1):
                    found.setdefault(table[:length], number)
                continue
            if key := _KEY.match(line):
                place = (*table, *_parts(key[1]))
                for length in range(len(table) + 1, len(place) + 1):
                    found.setdefault(place[:length], number)
                open_string, depth = _still_open(line[key.end() :], "", 0)
                continue
        open_string, depth = _still_open(line, open_string, depth)
    return found


def line_of(place: Place, known: dict[Place, int]) -> int | None:
    """The line of a place, or of the nearest part of it that has one: a key that is missing has none, its table has."""
    for length in range(len(place), 0, -1):
        if place[:length] in known:
            return known[place[:length]]
    return None


def _parts(dotted: str) -> Place:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(_PART, dotted))


def _table(brackets: str, parts: Place, arrays: dict[Place, int]) -> Place:
    """The place that a header opens; `arrays` counts the elements of each array of tables so far."""
    place: Place = ()
    for n, part in enumerate(parts):
        place = (*place, part)
        if n == len(parts) - 1 and brackets == "[[":
            arrays[place] = arrays.get(place, -1) + 1
        if place in arrays:
            place = (*place, arrays[place])
    return place


def _still_open(line: str, open_string: str, depth: int) -> tuple[str, int]:
    """Which multi-line string is open after the line, and how many brackets."""
    rest = line
    while rest:
        if open_string:
            end = rest.find(open_string)
            if end < 0:
                return open_string, depth
            rest, open_string = rest[end + 3 :], ""
            continue
        token = _TOKEN.search(rest)
        if token is None:
            break
        rest = rest[token.end() :]
        if token[0] in ('"""', "'''"):
            open_string = token[0]
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
    return open_string, depth
