"""What is sent says days, numbers, truths and amounts plainly, in every field of every body, or is refused."""

import importlib
import pkgutil
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from app import contract
from app.contract.definitions import Dollars
from app.contract.values import Day, Fraction, Number, Truth, Whole
from tests.house.test_routes import routes

LOOSE: dict[type, list[Any]] = {
    date: [
        *(0, 1767225600, 1767225600.0, True, datetime(2026, 1, 1, tzinfo=UTC), "0", "1767225600", "20260101", "2026-1-1", "01/02/2026"),
        *("2026-01-01T00:00:00", "2026-01-01T00:00:00Z", " 2026-01-01", "2026-01-01\n", "٢٠٢٦-٠١-٠١"),
    ],
    int: [True, 5.0, "5.0", "1_0", " 5", "+5", "1e1", "٥", ""],
    bool: [1, 0, 1.0, "yes", "no", "on", "off", "t", "y", "1", "True", "TRUE", ""],
    float: [True, "nan", "inf", "1_0", "1e-1", " 1", "+1", float("nan"), float("inf")],
    Decimal: [True, "NaN", "Infinity", "1e3", "+5", " 5", "5 ", "1_000", ".5", "5.", "٥", "-5", "5,00", "$5", "0x5", ""],
}
"""What Pydantic takes for a value of a type, and nobody who writes it means."""


def refuses(kind: Any, said: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(said)
    except ValidationError:
        return True
    return False


def plain(kind: Any) -> Iterator[type]:
    """The simple types that a field is of, however optional or listed."""
    if isinstance(kind, type) and kind in LOOSE:
        yield kind
    for part in typing.get_args(kind)[: 1 if typing.get_origin(kind) is Annotated else None]:
        yield from plain(part)


def whole(field: FieldInfo) -> Any:
    """A field's type with what is declared beside it."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


ANY_OF_SEVERAL = {"FactGiven.value": "which type it has to be, the fact says; see app/enrollments/eligibility_facts.py"}


def sent() -> Iterator[tuple[str, type, Any]]:
    """Every field that a body may have: those models refuse what they do not know."""
    for module in pkgutil.iter_modules(contract.__path__):
        for model in vars(importlib.import_module(f"{contract.__name__}.{module.name}")).values():
            if isinstance(model, type) and issubclass(model, BaseModel) and model.model_config.get("extra") == "forbid":
                for name, field in model.model_fields.items():
                    if f"{model.__name__}.{name}" in ANY_OF_SEVERAL:
                        continue
                    for simple in plain(field.annotation):
                        yield f"{model.__name__}.{name}", simple, whole(field)


FIELDS = list(sent())


def test_every_field_of_every_body_is_plainly_written() -> None:
    assert {simple for _, simple, _ in FIELDS} == set(LOOSE)
    taken = [(name, said) for name, simple, kind in FIELDS for said in LOOSE[simple] if not refuses(kind, said)]
    assert taken == []


def test_every_day_that_is_asked_about_is_plainly_written(app: FastAPI) -> None:
    asked = [
        (f"{name} {each.name}", whole(each.field_info))
        for name, route in routes(app).items()
        for dependant in [route.dependant, *route.dependant.dependencies]
        for each in (*dependant.query_params, *dependant.path_params)
        if date in plain(each.field_info.annotation) and " /console" not in name
    ]
    assert len(asked) > 5
    assert [(name, said) for name, kind in asked for said in LOOSE[date] if isinstance(said, str) and not refuses(kind, said)] == []


@pytest.mark.parametrize(
    ("kind", "said", "meant"),
    [
        (Day, "2024-02-29", date(2024, 2, 29)),
        (Day, date(2024, 2, 29), date(2024, 2, 29)),
        (Whole, 40, 40),
        (Whole, "-40", -40),  # a cell of a CSV file
        (Truth, "true", True),
        (Truth, False, False),
        (Number, 0.5, 0.5),
        (Number, "0.5", 0.5),
        (Fraction, "37.50", Decimal("37.50")),
        (Fraction, 37.5, Decimal("37.5")),
        (Dollars, "129", Decimal(129)),
        (Dollars, "0.05", Decimal("0.05")),
        (Dollars, Decimal("129.00"), Decimal(129)),
    ],
)
def test_what_is_plainly_written_is_taken(kind: Any, said: Any, meant: Any) -> None:
    assert TypeAdapter(kind).validate_python(said) == meant


@pytest.mark.parametrize("said", ["2023-02-29", "2026-00-10", "2026-13-01", "0000-01-01", 129, 129.0])
def test_what_is_no_day_and_no_amount(said: Any) -> None:
    assert refuses(Day, said)
    assert refuses(Dollars, said)


@given(st.decimals(0, Decimal("999999999.99"), places=2))
def test_every_amount_comes_back_as_it_was_sent(amount: Decimal) -> None:
    kind: TypeAdapter[Decimal] = TypeAdapter(Dollars)
    assert kind.dump_python(kind.validate_python(f"{amount:.2f}")) == f"{amount:.2f}"


@given(st.text(st.sampled_from("0123456789.+-eE_ ,\n٣NaInfty$"), max_size=12))
def test_an_amount_is_digits_with_at_most_two_behind_a_point(said: str) -> None:
    whole, point, cents = said.partition(".")
    digits = set("0123456789")
    right = 1 <= len(whole) <= 9 and set(whole + cents) <= digits and (not point or 1 <= len(cents) <= 2)
    assert refuses(Dollars, said) is not right
    if right:
        assert TypeAdapter(Dollars).validate_python(said) == Decimal(said)


@given(st.dates())
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    assert TypeAdapter(Day).validate_python(day.isoformat()) == day
