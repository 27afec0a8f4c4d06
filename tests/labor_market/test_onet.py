"""The O*NET text files."""

from pathlib import Path

import pytest

from app.labor_market import onet
from tests.labor_market import official
from tests.labor_market.official import ONET


def test_what_is_kept_of_a_release(tmp_path: Path) -> None:
    found = onet.read(official.onet(tmp_path))
    assert found.occupations.filter(code="27-2042.00").rows() == [
        ("27-2042.00", "Musicians and Singers", 'Play "instruments" or sing.', None)  # no Job Zone; quotes are only quotes
    ]
    assert found.occupations.filter(code="29-2052.00")["job_zone"].to_list() == [3]
    assert found.reported_titles.filter(code="29-2052.00")["title"].to_list() == [
        "Certified Pharmacy Technician (CPhT)",
        "Lead Pharmacy Tech",
    ]
    assert found.related.filter(code="29-2052.00").select("related", "tier", "rank").rows() == [
        ("29-1141.01", "Primary-Short", 1),
        ("29-1141.00", "Primary-Long", 6),
        ("29-1215.00", "Supplemental", 11),
    ]


def test_ratings_that_onet_advises_against_are_no_ratings(tmp_path: Path) -> None:
    """An imprecise importance leaves a skill out; an imprecise level, or one that is not relevant, is no level and not a low one."""
    found = onet.read(official.onet(tmp_path)).skills
    assert found.select("code", "skill", "importance", "level").rows() == [
        ("29-1141.00", "Reading Comprehension", 4.0, None),
        ("29-2052.00", "Reading Comprehension", 3.25, 3.12),
        ("29-2052.00", "Active Listening", 3.75, None),
        ("29-2052.00", "Operations Analysis", 1.88, None),
    ]


def test_every_missing_file_and_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(onet.NotOnet, match=r"lacks Job Zones\.txt, Skills\.txt"):
        onet.read(official.onet(tmp_path / "a", Skills=None, Job_Zones=None))
    headless = [("O*NET-SOC Code", "Zone"), ("29-2052.00", "3")]
    with pytest.raises(onet.NotOnet, match=r"Job Zones\.txt lacks Job Zone"):
        onet.read(official.onet(tmp_path / "b", Job_Zones=headless))


@pytest.mark.parametrize(
    ("file", "line", "column"),
    [
        ("Job Zones.txt", ("29-2052.00", "6", "", ""), "Job Zone"),
        ("Job Zones.txt", ("29-2052", "3", "", ""), "O*NET-SOC Code"),
        ("Related Occupations.txt", ("29-2052.00", "29-1141.00", "Nearby", "1"), "Relatedness Tier"),
        ("Related Occupations.txt", ("29-2052.00", "29-1141", "Primary-Short", "1"), "Related O*NET-SOC Code"),
        ("Related Occupations.txt", ("29-2052.00", "29-1141.00", "Primary-Short", "first"), "Index"),
        ("Skills.txt", ("29-2052.00", "2.A.1.a", "Reading Comprehension", "IM", "much", "8", "N", "n/a"), "Data Value"),
        ("Skills.txt", ("29-2052.00", "2.A.1.a", "Reading Comprehension", "XX", "3.0", "8", "N", "n/a"), "Scale ID"),
        ("Occupation Data.txt", ("29-2052.00", "", "Prepare medications."), "Title"),
    ],
)
def test_a_cell_that_is_not_as_onet_describes_it_is_named(tmp_path: Path, file: str, line: tuple[str, ...], column: str) -> None:
    lines = [ONET[file][0], line]
    with pytest.raises(onet.NotOnet) as refused:
        onet.read(official.onet(tmp_path, **{file.removesuffix(".txt").replace(" ", "_"): lines}))
    assert [(violation.line, violation.pointer) for violation in refused.value.violations] == [(2, f"{file}#{column}")]
