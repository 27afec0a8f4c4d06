"""Logs are JSON with the request's id, and personal data has no way into them."""

import io
import json
import logging
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.logging import LEFT_OUT, configure, without_personal_data

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Log into memory; answers what was logged, a dictionary a line."""
    root = logging.getLogger()
    kept = root.handlers, root.level
    stream = io.StringIO()
    configure("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = kept


def test_an_event_is_a_line_with_its_keys(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request="r-1"):
        structlog.get_logger("app.imports").info("import merged", rows=12)
    [line] = lines()
    assert line.pop("at").endswith("Z")
    assert line == {"event": "import merged", "rows": 12, "request": "r-1", "level": "info", "logger": "app.imports"}


def test_what_the_level_leaves_out_is_not_written(lines: Lines) -> None:
    structlog.get_logger("app").debug("thought")
    logging.getLogger("library").debug("thought")
    logging.getLogger("httpx").info("HTTP Request: GET http://localhost/?q=Testcase")
    assert lines() == []


def test_a_librarys_line_has_the_same_shape_and_none_of_its_extra_fields(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request="r-2"):
        logging.getLogger("library").warning("slow answer from %s", "/v1/participants?q=Testcase", extra={"who": "Testcase"})
    [line] = lines()
    assert line["event"] == f"slow answer from /v1/participants?{LEFT_OUT}"
    assert (line["request"], line["level"], line["logger"]) == ("r-2", "warning", "library")
    assert "Testcase" not in json.dumps(line)


def test_uvicorns_access_lines_hold_addresses_and_queries_and_are_not_written(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "203.0.113.7:40000", "GET", "/v1/participants?q=Testcase", "1.1", 200
    )
    assert lines() == []  # the application logs its requests itself


def test_uvicorns_own_lines_come_once(lines: Lines) -> None:
    """Whatever level a server that ran here before had given them."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    configure("info", (stream := io.StringIO()))
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["Application startup complete."]


def test_uvicorns_own_lines_are_written_here(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    assert [line["event"] for line in lines()] == ["Application startup complete."]


@pytest.mark.parametrize("logger", [structlog.get_logger("app"), logging.getLogger("library")])
def test_an_exception_is_told_without_its_message(lines: Lines, logger: Any) -> None:
    try:
        try:
            raise KeyError("Marguerite Testcase")
        except KeyError as error:
            raise sqlite3.IntegrityError("Key (email)=(marguerite@example.org) already exists") from error
    except sqlite3.IntegrityError:
        logger.exception("act failed")
    [line] = lines()
    assert [each["type"] for each in line["exception"]] == ["sqlite3.IntegrityError", "builtins.KeyError"]
    assert "test_logging.py" in line["exception"][0]["frames"][0]
    for secret in ("Marguerite", "marguerite", "Testcase"):
        assert secret not in json.dumps(line)


def test_an_exception_of_the_database_tells_its_sqlstate_and_constraint(lines: Lines) -> None:
    class Diagnosis:
        sqlstate, constraint_name, table_name = "23505", "people_key", "people"
        message_detail = "Key (name)=(Testcase) already exists."

    class Violation(Exception):
        diag = Diagnosis()

    structlog.get_logger("app").error("act failed", exc_info=Violation("Testcase"))
    [line] = lines()
    told = line["exception"][0]
    assert (told["sqlstate"], told["constraint"], told["table"]) == ("23505", "people_key", "people")
    assert "Testcase" not in json.dumps(line)


def test_warnings_are_lines_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    [line] = lines()
    assert line["level"] == "warning"
    assert "old way" in line["event"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("number 078-05-1120 refused", f"number {LEFT_OUT} refused"),
        ("078051120", LEFT_OUT),
        ("2026-10-31", "2026-10-31"),
        ("0192f3c4-1111-7222-8333-078051120444", "0192f3c4-1111-7222-8333-078051120444"),
        ("see https://example.org/a?q=Testcase&b=1 there", f"see https://example.org/a?{LEFT_OUT} there"),
        ("Why? Because.", "Why? Because."),
        (b"raw", LEFT_OUT),
        (17, 17),
        (None, None),
    ],
)
def test_texts_are_cleaned_of_numbers_and_queries(value: Any, told: Any) -> None:
    assert without_personal_data(None, "", {"event": "x", "detail": value}) == {"event": "x", "detail": told}


KEYS = [
    "name",
    "first_name",
    "legal_last_name",
    "surname",
    "birth_date",
    "birthdate",
    "dob",
    "ssn",
    "participant_ssn",
    "email",
    "phone",
    "home_address",
    "client_addr",
    "ip",
    "lon",
    "body",
    "query_string",
    "q",
    "url",
    "headers",
    "statement",
    "parameters",
    "password",
    "token",
    "authorization",
    "client_secret",
    "set_cookie",
]
json_like = st.recursive(
    st.none() | st.booleans() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@example(key="name", around=["_"], beside=None)
@given(key=st.sampled_from(KEYS), around=st.lists(st.text(max_size=5), max_size=4), beside=json_like)
def test_personal_keys_are_emptied_at_any_depth(key: str, around: list[str], beside: Any) -> None:
    value: Any = {key.upper(): "MARKER", "beside": beside}
    for name in around:
        value = [{name: value}]
    told = json.dumps(without_personal_data(None, "", {"event": "x", "detail": value}))
    assert "MARKER" not in told
    assert LEFT_OUT in told
