"""The commands that pages speak of are there, and those that are written out can be typed as they stand."""

import re
import shlex
from typing import Any

import pytest
import typer

from app.cli import build
from tests.house.tree import ROOT, files

PAGES = [name for name in files() if name.suffix == ".md"]
NAMED = {(str(page), found) for page in PAGES for found in re.findall(r"`workforce ([^`…|]+)`", (ROOT / page).read_text())}
WRITTEN_OUT = {
    (str(page), re.split(r"  | # ", re.sub(r" +--", " --", found.replace("\\\n", " ")))[0])
    for page in PAGES
    for found in re.findall(r"^    workforce ((?:[^\n]*\\\n)*[^\n]*)", (ROOT / page).read_text(), re.MULTILINE)
}


def command(words: list[str]) -> tuple[Any, Any, list[str]]:
    """The command that the words begin with, its context, and the words that are left for it."""
    here: Any = typer.main.get_command(build())
    context = here.context_class(here, info_name="workforce")
    while hasattr(here, "get_command") and words and not words[0].startswith("-"):
        found = here.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]}"
        here, context, words = found, found.context_class(found, info_name=words[0], parent=context), words[1:]
    return here, context, words


@pytest.mark.parametrize(("page", "written"), sorted(NAMED))
def test_a_command_that_a_page_names_is_there(page: str, written: str) -> None:
    found, context, left = command(shlex.split(written))
    options = {option for parameter in found.get_params(context) for option in parameter.opts}
    assert {word for word in left if word.startswith("-")} <= options


@pytest.mark.parametrize(("page", "written"), sorted(WRITTEN_OUT))
def test_a_command_that_is_written_out_can_be_typed(page: str, written: str) -> None:
    found, context, left = command(shlex.split(written))
    assert not hasattr(found, "get_command")
    try:
        found.parse_args(context, left)
    except typer.BadParameter as wrong:
        assert "does not exist" in wrong.message, wrong  # noqa: PT017 - a file of the reader's own


def test_there_are_some_of_both() -> None:
    assert len(NAMED) > 5
    assert len(WRITTEN_OUT) > 5
