"""`workforce outcomes compute`: what it writes, what it says, what it refuses; without a database."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import build
from app.core.errors import Refusal
from app.outcomes.federal import RESULTS, applying

RECORDS = """\
100,101,102,108-A,108-B,900,901,903,1602,1603,1704,932,77
A,NY,1,36005,36010,20240110,20240520,01,1,1,8200.00,0,x
B,NJ,,36005,,2024-01-10,2024-05-20,1,0,0,0.00,0,
C,NY,001,,,20240110,20240520,1,9,5,999999.99,0,

A,NY,1,36005,36010,20240610,,1,,,,2,
"""
COMMAND = ("outcomes", "compute")
QUARTER = ("--report-date", "2025-06-30")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pirl.csv"
    path.write_text(RECORDS)
    return path


def run(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(build(), [*COMMAND, str(file), *arguments], catch_exceptions=False, env={"WORKFORCE_DATABASE_URL": "none"})


def cells(out: Path) -> dict[tuple[str, str, str], dict[str, object]]:
    return {(cell["program"], cell["indicator"], cell["group"]): cell for cell in json.loads(out.read_text())}


def test_it_writes_every_cell(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = run(file, *QUARTER, "--json", str(out), "--by", "county,lwda", "--state", "NY")
    assert done.exit_code == 0
    found = cells(out)
    assert found["adult", "employment_rate_q2", "all"] == {
        "indicator": "employment_rate_q2",
        "program": "adult",
        "period": "quarter@2025-06-30",
        "group": "all",
        "numerator": 1,
        "denominator": 2,
        "value": 0.5,
        "status": "ok",
        "due_nines": 1,
        "value_if_nines_counted": 1 / 3,
    }
    assert found["adult", "median_earnings_q2", "all"]["value"] == "8200.00"
    assert found["adult", "participants_served", "all"]["value"] == 1
    groups = {group for program, indicator, group in found if (program, indicator) == ("adult", "employment_rate_q2")}
    assert groups == {
        *("all", "county=001", "county=out_of_state", "lwda=36005", "lwda=unknown"),
        *("lwda_local=36005", "lwda_local=36010", "lwda_local=unknown"),
    }
    assert found["adult", "employment_rate_q2", "lwda=unknown"]["status"] == "not_yet_available"
    assert found["youth", "youth_rate_q2", "all"]["status"] == "not_applicable"
    assert {(program, indicator) for program, indicator, group in found if group == "all"} == {
        (str(program), name) for program in RESULTS for name in applying(program)
    }


def test_the_receipt_says_from_what(file: Path, tmp_path: Path) -> None:
    done = run(file, *QUARTER, "--json", str(tmp_path / "out.json"), "--reading", "code9=negative", "--reading", "late_evidence=final_zero")
    assert cells(tmp_path / "out.json")["adult", "employment_rate_q2", "all"]["value"] == 1 / 3
    receipt = json.loads((tmp_path / "out.receipt.json").read_text())
    assert receipt["readings"] == {"code9": "negative", "late_evidence": "final_zero"}
    assert receipt["rows"] == 4
    assert receipt["unread_columns"] == ["77"]
    assert receipt["left_out"]["adult"]["employment_rate_q2"] == {"still_open": 1}
    assert receipt["indicators"]["employment_rate_q2"]["from"] == "2024-04-01"
    assert receipt["rows_less_than_90_days_apart"] == {"count": 1, "lines": [[6, 2]]}
    assert "reading code9 = negative" in done.output
    assert "PC-03" in done.output


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_every_row_has_its_places(file: Path, tmp_path: Path, form: str) -> None:
    ids = tmp_path / f"ids.{form}"
    run(file, *QUARTER, "--json", str(tmp_path / "out.json"), "--ids", str(ids))
    text = ids.read_text()
    match form:
        case "csv":
            told = [{**row, "reason": row["reason"] or None} for row in csv.DictReader(text.splitlines())]
        case "jsonl":
            told = [json.loads(line) for line in text.splitlines()]
        case _:
            told = json.loads(text)
    assert len(told) == 4 * sum(len(list(applying(program))) for program in RESULTS)
    of = {str(row["line"]): row for row in told if (row["program"], row["indicator"]) == ("adult", "employment_rate_q2")}
    assert [(row["line"] and str(row["line"]), row["100"], row["place"], row["reason"]) for row in of.values()] == [
        ("2", "A", "numerator", None),
        ("3", "B", "denominator", None),
        ("4", "C", "left_out", "outcome_not_yet_available"),
        ("6", "A", "left_out", "still_open"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reading", "median_even=lower"], "'median_even' is no setting"),
        (["--reading", "code9=perhaps"], "'code9' is left_out or negative, not 'perhaps'"),
        (["--reading", "code9=negative", "--reading", "code9=left_out"], "chosen twice"),
        (["--reading", "gap_grace=366"], "0 to 365"),
        (["--by", "county,shoe_size"], "no grouping 'shoe_size'"),
        (["--state", "New York"], "two letters"),
        (["--ids", "ids.xlsx"], "not '.xlsx'"),
    ],
)
def test_it_refuses_what_it_cannot_do(file: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        run(file, *QUARTER, "--json", str(tmp_path / "out.json"), *arguments)
    assert not (tmp_path / "out.json").exists()


def test_it_tells_every_mistake_by_line_and_element_and_no_number_of_a_person(tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("100,200,900,903,1704\nA,1980,20240230,1,8200\nB,,20240110,123-45-6789,12.345\nC,,20240110,1,8200\n")
    with pytest.raises(Refusal) as refused:
        run(file, *QUARTER, "--json", str(tmp_path / "out.json"))
    assert refused.value.detail.startswith("2 lines have cells that their elements cannot hold.")
    assert [(violation.pointer, violation.detail.partition(",")[0]) for violation in refused.value.violations] == [
        ("line 2, 200", "what is there is no day"),
        ("line 2, 900", "'20240230' is no day"),
        ("line 3, 903", "what is there is no code of one or two digits"),
        ("line 3, 1704", "'12.345' is no amount in dollars with at most two decimals"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "No column of the file is an element"),
        ("first,second\n1,2\n", "No column of the file is an element"),
        ("100,900,900\nA,20240110,20240110\n", "900 more than once"),
        ("100,900\nA,20240110,1\n", "Line 2 has 3 cells, and the header 2"),
        (b"100,102\n\xff,001\n", "UTF-8"),
    ],
)
def test_it_refuses_what_is_no_such_file(tmp_path: Path, content: str | bytes, said: str) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Refusal, match=said):
        run(file, *QUARTER, "--json", str(tmp_path / "out.json"))


def test_a_file_without_rows_has_no_figures(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("100,900,901,903\n")
    run(file, *QUARTER, "--json", str(tmp_path / "out.json"), "--by", "age", "--ids", str(tmp_path / "ids.json"))
    assert {cell["status"] for cell in cells(tmp_path / "out.json").values()} == {"ok", "not_applicable"}
    assert json.loads((tmp_path / "ids.json").read_text()) == []
