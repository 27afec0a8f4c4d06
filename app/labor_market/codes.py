"""Occupation codes. The system stands beside every code: the same six digits can mean different things in two of them.

* SOC 2018 (Standard Occupational Classification, BLS): `NN-NNNN`, 867 detailed occupations.
* O*NET-SOC 2019 (USDOL/ETA): a SOC 2018 code and `.NN`; `.00` is the SOC occupation itself, others are parts of it.
* OEWS (BLS, since May 2019): SOC 2018, but where the survey cannot support the detail, a broad or combined code of its own, such as
  29-2010 for clinical laboratory technologists and technicians. Those codes are no SOC occupations; `members` says which they combine.
"""

import re
from enum import StrEnum

ALL_OCCUPATIONS = "00-0000"  # the OEWS total of an area


class CodeSystem(StrEnum):
    """A classification of occupations, with its version."""

    SOC_2018 = "soc_2018"
    ONET_SOC_2019 = "onet_soc_2019"
    OEWS_2019 = "oews_2019"  # only the codes that are not SOC 2018


SHAPES = {
    CodeSystem.SOC_2018: re.compile(r"[0-9]{2}-[0-9]{4}"),
    CodeSystem.OEWS_2019: re.compile(r"[0-9]{2}-[0-9]{4}"),
    CodeSystem.ONET_SOC_2019: re.compile(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}"),
}


def is_code(system: CodeSystem, code: str) -> bool:
    """Whether `code` has the shape that codes of `system` have."""
    return SHAPES[system].fullmatch(code) is not None


def six_digit(code: str) -> str:
    """The SOC part of a SOC or O*NET-SOC code: `29-2052.00` and `29-2052` give `29-2052`.

    Also reads the eight digits without punctuation in which federal records carry O*NET-SOC codes (PIRL 403, 1610): `29205200`.
    Raises `ValueError` for anything else.
    """
    if re.fullmatch(r"[0-9]{8}", code):
        return f"{code[:2]}-{code[2:6]}"
    if SHAPES[CodeSystem.ONET_SOC_2019].fullmatch(code) or SHAPES[CodeSystem.SOC_2018].fullmatch(code):
        return code[:7]
    raise ValueError(f"{code!r} is no SOC or O*NET-SOC code")
