"""Documentation under test: what the code can do is written down, and what is written down is so."""

import ast
import re
from pathlib import Path

import pytest

from docs.generate import PAPERS
from tests.house.tree import ROOT, files, modules

PAGES = [name for name in files() if name.suffix == ".md"]
TEXT = {name: (ROOT / name).read_text() for name in PAGES}
MAKE = re.findall(r"^([a-z]+):.*?## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", PAPERS)
def test_generated_papers_are_fresh(name: str) -> None:
    kept = (ROOT / "docs" / name).read_text()
    assert kept == PAPERS[name](), f"docs/{name} is not what the code says: make docs"


def test_every_target_of_make_is_explained_and_mentioned() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    assert sorted(targets[1].split()) == sorted(target for target, _ in MAKE)
    written = "".join(TEXT.values())
    assert not [target for target, _ in MAKE if not re.search(rf"\bmake {target}\b", written)]


def test_no_page_speaks_of_a_target_that_is_not_there() -> None:
    known = {target for target, _ in MAKE}
    spoken = {(str(name), found) for name, text in TEXT.items() for found in re.findall(r"(?:`|^    )make ([a-z]+)", text, re.MULTILINE)}
    assert not {pair for pair in spoken if pair[1] not in known}


def test_every_benchmark_is_listed() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", TEXT[Path("bench/README.md")], re.MULTILINE))
    benches = {path.stem for path, module in modules("bench").items() if any(getattr(node, "name", "") == "run" for node in module.body)}
    assert named == benches


LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?!https?:)([^)#\s]*)(#[^)\s]+)?\)|!\[[^\]]*\]\((?!https?:)([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link, anchor, image, picture in LINK.findall(TEXT[page]):
        target = (ROOT / page.parent / (link or image or picture)).resolve() if (link or image or picture) else ROOT / page
        assert target.exists(), f"{page}: {link or image or picture}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor[1:] in slugs, f"{page}: {link}{anchor}"


def words(name: str) -> str:
    """`StatePolicy`, `state_policies` -> `state policy`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()


TERMS = {
    term.strip().lower().replace("-", " ")
    for found in re.findall(r"^- \*\*(.+?)\*\*", TEXT[Path("docs/glossary.md")], re.MULTILINE)
    for term in re.split(r"[,/]|\(.*?\)", found)
}


def test_every_public_noun_is_in_the_glossary() -> None:
    """The classes that are tables are the nouns of the house."""
    nouns = {
        words(node.name): str(path)
        for path, module in modules("app").items()
        if path.name == "models.py"
        for node in module.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") == "__tablename__" for part in node.body)
    }
    assert nouns
    assert not {noun: path for noun, path in nouns.items() if noun not in TERMS}


def test_the_glossary_says_each_word_once() -> None:
    terms = re.findall(r"^- \*\*(.+?)\*\*", TEXT[Path("docs/glossary.md")], re.MULTILINE)
    assert len(terms) == len(set(terms))
