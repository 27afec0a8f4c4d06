"""Occupation codes."""

import pytest

from app.labor_market.codes import CodeSystem, is_code, six_digit
from app.labor_market.figures import Figure, FigureStatus


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (CodeSystem.SOC_2018, "29-2052", True),
        (CodeSystem.SOC_2018, "29-2052.00", False),
        (CodeSystem.SOC_2018, "292052", False),
        (CodeSystem.OEWS_2019, "29-2010", True),
        (CodeSystem.ONET_SOC_2019, "29-2052.00", True),
        (CodeSystem.ONET_SOC_2019, "29-2052", False),
        (CodeSystem.ONET_SOC_2019, " 29-2052.00", False),
    ],
)
def test_a_code_has_the_shape_of_its_system(system: CodeSystem, code: str, expected: bool) -> None:
    assert is_code(system, code) is expected


@pytest.mark.parametrize("written", ["29-2052", "29-2052.00", "29-2052.01", "29205200"])
def test_six_digits_are_found_however_the_code_is_written(written: str) -> None:
    assert six_digit(written) == "29-2052"


@pytest.mark.parametrize("written", ["", "29", "2920520", "29-2052.0", "29-2052 ", "pharmacy technician", "٢٩-2052"])
def test_what_is_no_code_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no SOC or O"):
        six_digit(written)


@pytest.mark.parametrize(
    ("value", "status", "at_least"),
    [
        (None, FigureStatus.OK, None),
        (239_200, FigureStatus.TOP_CODED, 239_200),
        (0, FigureStatus.SUPPRESSED, None),
        (None, FigureStatus.TOP_CODED, None),
        (50_000, FigureStatus.OK, 50_000),
        (None, FigureStatus.NOT_PUBLISHED, 1),
    ],
)
def test_a_figure_is_a_number_or_a_reason_and_never_both(value: int | None, status: FigureStatus, at_least: int | None) -> None:
    with pytest.raises(ValueError, match="figure"):
        Figure(value, status, at_least)
