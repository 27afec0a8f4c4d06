"""A state's tables: derived from what BLS and O*NET publish, written, and read strictly."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from app.cli import build
from app.labor_market import extract
from app.labor_market.codes import CodeSystem
from tests.house.tree import ROOT
from tests.labor_market import official


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command derives from official files."""
    root = tmp_path_factory.mktemp("labor_market")
    (root / "oews").mkdir()
    official.workbook(root / "oews/all_data_M_2025.xlsx", official.LINES)
    official.onet(root / "onet")
    (root / "members.csv").write_text(official.MEMBERS)
    options = {"--oews": root / "oews", "--onet": root / "onet", "--members": root / "members.csv", "--out": root / "made"}
    told = {"--state": "NY", "--vintage": "May 2025", "--release": "29.2"}
    words = [str(part) for pair in (options | told).items() for part in pair]
    ran = CliRunner().invoke(build(), ["labor-market", "derive", *words], catch_exceptions=False)
    assert ran.stdout.startswith("3 areas, 11 rows of figures, 16 occupations")
    return root / "made"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_derived_tables_hold_what_is_used(folder: Path) -> None:
    found = extract.read(folder)
    assert found.areas.rows() == [
        ("0010580", "Albany-Schenectady-Troy, NY", "metropolitan"),
        ("3600000", "New York", "state"),
        ("3600001", "Capital/Northern New York nonmetropolitan area", "nonmetropolitan"),
    ]
    combined = found.occupations.filter(system=CodeSystem.OEWS_2019.value)
    assert combined.rows() == [("oews_2019", "13-1020", "Buyers and Purchasing Agents", 3, None)], "the lowest Job Zone of its parts"
    assert found.members.rows() == [("13-1020", "13-1021"), ("13-1020", "13-1022")]
    soc = found.occupations.filter(system=CodeSystem.SOC_2018.value)
    assert ("soc_2018", "35-3023", "Fast Food and Counter Workers", 1, None) in soc.rows(), "described in parts alone: OEWS names it"
    assert found.vintage == "May 2025"
    assert found.top_code == 239_200


def test_long_texts_are_kept_of_the_occupations_that_a_rule_chooses(folder: Path) -> None:
    """Here: pharmacy technicians and registered nurses; the musicians' titles, relations and description are left out."""
    found = extract.read(folder)
    assert found.reported_titles["code"].unique().sort().to_list() == ["29-1141.00", "29-2052.00"]
    described = found.occupations.filter(pl.col("description").is_not_null())["code"].to_list()
    assert described == ["13-1021.00", "13-1022.00", "29-1141.00", "29-1141.01", "29-2052.00"]
    assert found.related.select("code", "related").rows() == [("29-2052.00", "29-1141.00"), ("29-2052.00", "29-1141.01")], (
        "the nearest alone"
    )
    assert found.skills["skill"].to_list() == ["Reading Comprehension", "Active Listening"], "of importance 3 and more"
    assert found.skill_ratings.filter(element="2.A.1.b").rows() == [("29-2052.00", "2.A.1.b", 3.75, None)]


def test_figures_that_are_no_numbers_stay_so(folder: Path) -> None:
    text = (folder / "wages.csv").read_text()
    assert "0010580,29-1215,410,,187200,,median:top_coded;p75:top_coded\n" in text
    assert "0010580,27-2042,130,,,,median:not_published;p25:not_published;p75:not_published\n" in text
    assert "0010580,35-3023,,,,,employment:suppressed;median:suppressed;p25:suppressed;p75:suppressed\n" in text


def test_evidence_has_the_areas_totals_and_bounds_beside_each_occupation(folder: Path) -> None:
    rows = extract.read(folder).evidence()
    assert rows.columns == [
        "area", "area_title", "system", "code", "title", "job_zone", "employment", "p75", "p75_at_least", "area_employment", "area_median",
    ]  # fmt: skip
    doctors = rows.row(by_predicate=pl.col("code") == "29-1215", named=True)
    assert (doctors["p75"], doctors["p75_at_least"], doctors["area_employment"], doctors["area_median"]) == (None, 239_200, 449_410, 58_460)
    assert rows.height == 8


def test_reading_and_writing_are_each_others_inverse(folder: Path, tmp_path: Path) -> None:
    found = extract.read(folder)
    extract.write(found, tmp_path / "again")
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }
    again = extract.read(tmp_path / "again")
    for name in extract.TABLES:
        assert_frame_equal(getattr(found, name), getattr(again, name))
    assert extract.fingerprints(again) == extract.fingerprints(found)


def test_a_fingerprint_tells_tables_apart(folder: Path, copy: Path) -> None:
    change(copy / "wages.csv", "9890", "9900")
    before, after = extract.fingerprints(extract.read(folder)), extract.fingerprints(extract.read(copy))
    assert [name for name in before if before[name] != after[name]] == ["wages"]
    assert after["wages"][0] == 11


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "code"),
    [
        ("wages.csv", "29-1141,9890,", "29-1141,9890.5,", (5, "wages.csv#employment"), "type"),
        ("wages.csv", "29-1141,9890,", "29-1141,-9890,", (5, "wages.csv#employment"), "value"),
        ("wages.csv", "29-1141,9890,", "29-1141,,", (5, "wages.csv#employment"), "flag"),
        ("wages.csv", "29-1141,9890,", "29-1142,9890,", (5, "wages.csv#code"), "unknown"),
        ("wages.csv", "0010580,29-1141", "0010590,29-1141", (5, "wages.csv#area"), "unknown"),
        ("wages.csv", "0010580,29-1141", "0010580,29-2052", (7, "wages.csv#code"), "twice"),
        ("wages.csv", "median:top_coded;p75", "median:topcoded;p75", (6, "wages.csv#flags"), "flag"),
        ("wages.csv", "median:top_coded;p75", "median:top_coded;median:suppressed;p75", (6, "wages.csv#flags"), "flag"),
        ("wages.csv", "employment:suppressed;", "employment:top_coded;", (8, "wages.csv#flags"), "flag"),
        ("wages.csv", "187200,,median:", "187200,240000,median:", (6, "wages.csv#p75"), "flag"),
        ("wages.csv", "0010580,00-0000,449410,58460,40350,84140,\n", "", (2, "areas.csv#area"), "incomplete"),
        ("wages.csv", "0010580,00-0000,449410,", "0010580,00-0000,449410,,", (2, "wages.csv"), "ragged"),
        ("areas.csv", "0010580", "10580", (2, "areas.csv#area"), "value"),
        ("areas.csv", "nonmetropolitan\n", "rural\n", (4, "areas.csv#kind"), "value"),
        ("areas.csv", "area,title,kind", "area,name,kind", (1, "areas.csv"), "columns"),
        ("occupations.csv", "soc_2018,29-2052,", "soc_2018,29-2052.00,", (16, "occupations.csv#code"), "value"),
        ("occupations.csv", "2,Pharmacy Technicians,3,\n", "2,Pharmacy Technicians,6,\n", (16, "occupations.csv#job_zone"), "value"),
        ("occupations.csv", "soc_2018,29-2052,Pharmacy Technicians,3", "soc_2018,29-2052,,3", (16, "occupations.csv#title"), "blank"),
        ("occupations.csv", "oews_2019,13-1020,", "oews_2019,29-1141,", (2, "occupations.csv#code"), "twice"),
        ("members.csv", "13-1020,13-1021\n13-1020,13-1022\n", "", (2, "occupations.csv#code"), "incomplete"),
        ("members.csv", "13-1020,13-1022", "13-1020,13-1023", (3, "members.csv#member"), "unknown"),
        ("related.csv", "29-1141.00", "29-9999.00", (2, "related.csv#related"), "unknown"),
        ("related.csv", "Primary-Long", "Supplemental", (2, "related.csv#tier"), "value"),
        ("related.csv", "Primary-Long,6", "Primary-Long,0", (2, "related.csv#rank"), "value"),
        ("skills.csv", "Active Listening\n", "Active Listening\n2.A.1.c,Writing\n", (4, "skills.csv#element"), "incomplete"),
        ("skill_ratings.csv", "3.75", "5.75", (4, "skill_ratings.csv#importance"), "value"),
        ("skill_ratings.csv", "3.75", "nan", (4, "skill_ratings.csv#importance"), "type"),
        ("reported_titles.csv", "Lead Pharmacy Tech", "", (4, "reported_titles.csv#title"), "blank"),
        ("sources.toml", "top_code = 239200\n", "", (1, "sources.toml#oews.top_code"), "missing"),
        ("sources.toml", "top_code = 239200", 'top_code = "239200"', (1, "sources.toml#oews.top_code"), "type"),
        ("sources.toml", 'vintage = "May 2025"', "vintage = 2025", (1, "sources.toml#oews.vintage"), "type"),
        ("sources.toml", 'vintage = "May 2025"', 'vintage = "May 2025"\nyear = "2025"', (1, "sources.toml#oews.year"), "unknown_key"),
        ("sources.toml", "[members]", "[membership]", (1, "sources.toml#membership"), "unknown_key"),
        ("sources.toml", "attribution = ", "# ", (1, "sources.toml#onet.attribution"), "missing"),
        ("sources.toml", '"members.csv"', '"areas.csv"', (1, "sources.toml#members.files"), "files"),
        ("sources.toml", "[oews]", "[oews", (1, "sources.toml"), "not_toml"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_column(copy: Path, file: str, old: str, new: str, place: tuple[int, str], code: str) -> None:
    change(copy / file, old, new)
    with pytest.raises(extract.NotExtract) as refused:
        extract.read(copy)
    assert (*place, code) in [(violation.line, violation.pointer, violation.code) for violation in refused.value.violations]


def test_all_mistakes_are_told_at_once(copy: Path) -> None:
    (copy / "skills.csv").unlink()
    change(copy / "areas.csv", "area,title,kind", "area,kind,title")
    change(copy / "wages.csv", "29-1141,9890,", "29-1141,some,")
    (copy / "members.csv").write_bytes(b"code,member\n\xff,13-1021\n")
    with pytest.raises(extract.NotExtract) as refused:
        extract.read(copy)
    found = {(violation.pointer, violation.code) for violation in refused.value.violations}
    assert found == {
        ("areas.csv", "columns"),
        ("wages.csv#employment", "type"),
        ("members.csv", "not_csv"),
        ("skills.csv", "missing"),
    }


def test_codes_that_nobody_knows_stop_the_derivation(tmp_path: Path) -> None:
    (tmp_path / "oews").mkdir()
    official.csv(tmp_path / "oews/all.csv", [*official.LINES, official.line(official.ALBANY, "29-9999", "Something New", 100, 1, 2, 3)])
    official.onet(tmp_path / "onet")
    (tmp_path / "members.csv").write_text(official.MEMBERS)
    options = {"--oews": "oews", "--onet": "onet", "--members": "members.csv", "--out": "made"}
    words = [part for name, file in options.items() for part in (name, str(tmp_path / file))]
    command = ["labor-market", "derive", *words, "--state", "NY", "--vintage", "May 2025", "--release", "29.2"]
    with pytest.raises(extract.NotExtract, match="neither SOC 2018 nor listed as combining SOC codes: 29-9999"):
        CliRunner().invoke(build(), command, catch_exceptions=False)
    (tmp_path / "members.csv").write_text(official.MEMBERS + "29-9999,29-9998\n")
    with pytest.raises(extract.NotExtract, match="knows no SOC codes 29-9998"):
        CliRunner().invoke(build(), command, catch_exceptions=False)
    assert not (tmp_path / "made").exists()


def test_targets_of_career_paths_are_described_too(folder: Path, tmp_path: Path) -> None:
    """`--career-paths`, and words about the sources that somebody has put in their place stay."""
    made = Path(shutil.copytree(folder, tmp_path / "made"))
    change(made / "sources.toml", "O*NET 29.2 Database", "O*NET 29.2 Database, February 2025")
    paths = ROOT / "career_paths/us-ny"
    options = {"--oews": folder.parent / "oews", "--onet": folder.parent / "onet", "--members": folder.parent / "members.csv"}
    told = {"--state": "NY", "--vintage": "May 2026", "--release": "31.0", "--career-paths": paths, "--out": made}
    ran = CliRunner().invoke(build(), ["labor-market", "derive", *(str(p) for pair in (options | told).items() for p in pair)])
    assert ran.exit_code == 0, ran.output
    again = extract.read(made)
    assert again.sources["onet"].title == "O*NET 29.2 Database, February 2025"
    assert (again.sources["onet"].vintage, again.vintage) == ("31.0", "May 2026")
