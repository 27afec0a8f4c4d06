"""What no file of this project may hold."""

import re

import pytest

from tests.house.tree import ROOT, files, texts

# Put together here, so that this file does not find itself.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.deb" + "ian.org",
    "proxy.go" + "lang.org",
    "/opt/" + "wheels",
]
MACHINES = ["/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "../sha" + "red"]
ELSEWHERE = [f"{name}.m" + "d" for name in ("house", "slice", "frame", "style", "wioa", "labor_market", "pirl")]
LIMIT = 1_500_000
LARGER: dict[str, str] = {}  # path -> why it has to be


@pytest.mark.parametrize(
    ("what", "phrases"),
    [
        ("the address of a package registry", REGISTRIES),
        ("a path of somebody's machine", MACHINES),
        ("a document that is not here", ELSEWHERE),
    ],
)
def test_no_file_holds(what: str, phrases: list[str]) -> None:
    pattern = re.compile(r"(?<![\w.-])(?:" + "|".join(map(re.escape, phrases)) + ")")
    found = [f"{name}:{number}" for name, text in texts() for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
    assert not found, f"{what} stands in {found}"


def test_text_files_end_their_lines_the_same_way() -> None:
    odd = [str(name) for name, text in texts() if text and ("\r\n" in text or not text.endswith("\n"))]
    assert not odd, f"not LF throughout, or no line end at the end: {odd}"


def test_files_stay_small_enough_to_clone() -> None:
    sizes = {str(name): (ROOT / name).stat().st_size for name in files()}
    assert not {name: size for name, size in sizes.items() if size > LIMIT and name not in LARGER}


def test_commands_are_executable_and_say_by_what() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
