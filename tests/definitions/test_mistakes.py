"""All mistakes at once, each where it is."""

from pathlib import Path

import pytest

from app.contract.career_paths import CareerPathDefinition
from app.contract.definitions import Definition, Line
from app.definitions import positions
from app.definitions.mistakes import Mistake, Mistaken, in_order
from app.definitions.reading import Reader

WRONG = """\
key = "welding"
title = "Welder "
sumary = '''
[steps]
key = "not a key: inside a text"
'''
valid_from = 2022-13-01x
"""

PATH = """\
key = "Welding"
title = "Welder"
sumary = '''
[[steps]]
key = "text, no key"
'''
summary = "s"
valid_from = 2022-07-01
source = "s"
target_occupations = [
    { system = "soc_2018", code = "51-4121" }, # ] is no bracket here
    { system = "soc_2018", code = "514121" },
]
regions_offered = [{ system = "labor_market_region", code = "Western New York" }]

[[steps]]
key = "one"
title = "One"
kind = "course"
hours = 0
weeks = 1
delivery = "online"
cost = 12.50
provider.kind = "college"
provider.name = "x"

[[steps]]
key = "two"
title = "Two"
kind = "credential"
hours = 10
hours_basis = "set"
delivery = "online"
cost = "0.00"

[steps.provider]
kind = "boces"
name = "x"

[steps.credential]
name = "c"
type = "associate"
issuer = "i"
"""


def mistakes_of(folder: Path, text: str) -> list[tuple[int | None, str, str]]:
    file = folder / "welding.toml"
    file.write_text(text, encoding="utf-8")
    reader = Reader(folder)
    assert reader.toml(file, CareerPathDefinition) is None
    assert {mistake.file for mistake in reader.mistakes} == {"welding.toml"}
    return [(m.line, m.key, m.code) for m in in_order(reader.mistakes)]


def test_every_mistake_is_named_with_line_and_key(tmp_path: Path) -> None:
    assert mistakes_of(tmp_path, PATH) == [
        (1, "key", "string_pattern_mismatch"),
        (3, "sumary", "unknown_key"),
        (10, "target_occupations[2].code", "string_pattern_mismatch"),
        (14, "regions_offered[1].code", "string_pattern_mismatch"),
        (20, "steps[1].hours", "greater_than_equal"),
        (23, "steps[1].cost", "value_error"),
        (24, "steps[1].provider.kind", "literal_error"),
        (27, "steps[2].weeks", "missing"),
        (40, "steps[2].credential.wioa_type", "missing"),
        (42, "steps[2].credential.type", "unknown_key"),
    ]


def test_a_misspelt_key_is_guessed(tmp_path: Path) -> None:
    file = tmp_path / "welding.toml"
    file.write_text(PATH, encoding="utf-8")
    reader = Reader(tmp_path)
    reader.toml(file, CareerPathDefinition)
    [mistake] = [m for m in reader.mistakes if m.key == "sumary"]
    assert str(mistake) == "welding.toml:3: sumary: there is no such key; did you mean 'summary'?"


def test_what_is_not_toml_says_the_line(tmp_path: Path) -> None:
    [(line, key, code)] = mistakes_of(tmp_path, WRONG)
    assert (line, key, code) == (7, "", "not_toml")


def test_what_is_not_utf8_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    reader = Reader(tmp_path)
    reader.toml(tmp_path / "a.toml", CareerPathDefinition)
    reader.toml(tmp_path / "b.toml", CareerPathDefinition)
    assert [(m.file, m.code) for m in reader.mistakes] == [("a.toml", "not_utf8"), ("b.toml", "missing_file")]


def test_a_file_is_called_as_its_key(tmp_path: Path) -> None:
    good = Path("career_paths/us-ny/welding.toml").read_text(encoding="utf-8")
    (tmp_path / "welder.toml").write_text(good, encoding="utf-8")
    reader = Reader(tmp_path)
    assert len(reader.tomls(tmp_path, CareerPathDefinition)) == 1
    assert [(m.line, m.key, m.code) for m in reader.mistakes] == [(1, "key", "file_name")]


def test_a_file_that_nobody_reads_is_a_mistake(tmp_path: Path) -> None:
    for name in ("read.toml", "carreer.toml", "notes.md", ".hidden"):
        (tmp_path / name).touch()
    reader = Reader(tmp_path)
    reader.saw(tmp_path / "read.toml")
    reader.unread(tmp_path)
    assert [(m.file, m.code) for m in reader.mistakes] == [("carreer.toml", "unread_file")]


class County(Definition):
    """A row of two columns that must be there and one that may."""

    fips: Line
    people: int
    note: Line | None = None


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("fips,people\n36001,many\n36003,\n", [(2, "people", "int_parsing"), (3, "people", "missing")]),
        ("fips,people\n36001,1,2\n36003,2\n", [(2, "", "ragged")]),
        ("fips,poeple\n36001,1\n", [(1, "people", "missing"), (1, "poeple", "unknown_key")]),
        ("fips,people,fips\n1,2,3\n", [(1, "fips", "twice")]),
        ('fips,people\n"36\n001",x\n"a', [(3, "fips", "string_pattern_mismatch"), (3, "people", "int_parsing"), (4, "", "not_csv")]),
        ("", [(1, "fips", "missing"), (1, "people", "missing")]),
    ],
)
def test_every_mistake_of_a_table(text: str, mistakes: list[tuple[int, str, str]], tmp_path: Path) -> None:
    (tmp_path / "counties.csv").write_text(text, encoding="utf-8", newline="")
    reader = Reader(tmp_path)
    reader.csv(tmp_path / "counties.csv", County)
    assert [(m.line, m.key, m.code) for m in in_order(reader.mistakes)] == mistakes


@pytest.mark.parametrize(("text", "line"), [('{"a": 1,\n "b": }', 2), ('{"a": NaN}', None)])
def test_what_is_not_json(text: str, line: int | None, tmp_path: Path) -> None:
    (tmp_path / "counties.geojson").write_text(text, encoding="utf-8")
    reader = Reader(tmp_path)
    assert reader.json(tmp_path / "counties.geojson") is None
    assert [(m.line, m.code) for m in reader.mistakes] == [(line, "not_json")]


def test_lines_of_nested_tables_and_quoted_keys() -> None:
    found = positions.lines(
        "\n".join(
            [
                'a.b = 1  # "',
                '"q k" = """x',
                "c = 2",
                '"""',
                "[t]",
                "k = [",
                "  [1, 2],",
                "]",
                "[[t.list]]",
                "x = 1",
                "[[t.list.inner]]",
                "y = 1",
                "[[t.list]]",
                "[[t.list.inner]]",
                "y = 2",
            ]
        )
    )
    assert found == {
        ("a",): 1,
        ("a", "b"): 1,
        ("q k",): 2,
        ("t",): 5,
        ("t", "k"): 6,
        ("t", "list"): 9,
        ("t", "list", 0): 9,
        ("t", "list", 0, "x"): 10,
        ("t", "list", 0, "inner"): 11,
        ("t", "list", 0, "inner", 0): 11,
        ("t", "list", 0, "inner", 0, "y"): 12,
        ("t", "list", 1): 13,
        ("t", "list", 1, "inner"): 14,
        ("t", "list", 1, "inner", 0): 14,
        ("t", "list", 1, "inner", 0, "y"): 15,
    }
    assert positions.line_of(("t", "list", 1, "missing"), found) == 13
    assert positions.line_of(("nowhere",), found) is None


def test_mistakes_become_a_refusal_in_the_order_of_the_files() -> None:
    refusal = Mistaken([Mistake("b.toml", 2, "x", "late"), Mistake("a.toml", 9, "y", "early"), Mistake("a.toml", None, "", "first")])
    assert [str(m) for m in refusal.mistakes] == ["a.toml: first", "a.toml:9: y: early", "b.toml:2: x: late"]
    assert [(v.line, v.pointer) for v in refusal.violations] == [(0, "a.toml#"), (9, "a.toml#y"), (2, "b.toml#x")]
