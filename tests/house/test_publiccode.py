"""publiccode.yml by version 0.4 of its standard: what catalogues of public software read."""

import tomllib
from datetime import date
from typing import Any

import yaml

from tests.house.tree import ROOT

CARD: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEMANDED = {
    "publiccodeYmlVersion", "name", "url", "releaseDate", "platforms", "categories", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
}  # fmt: skip


def test_it_says_what_the_standard_demands() -> None:
    assert CARD.keys() >= DEMANDED
    assert CARD["publiccodeYmlVersion"] == "0.4"
    assert CARD["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert CARD["softwareType"] in {
        "standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend", "standalone/other",
        "addon", "library", "configurationFiles",
    }  # fmt: skip
    date.fromisoformat(CARD["releaseDate"])
    assert CARD["maintenance"]["contacts"]
    assert CARD["localisation"]["availableLanguages"] == list(CARD["description"])


def test_its_words_have_the_lengths_that_catalogues_print() -> None:
    for words in CARD["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]


def test_it_agrees_with_the_package() -> None:
    assert CARD["softwareVersion"] == PROJECT["version"]
    assert CARD["legal"]["license"] == PROJECT["license"]
