"""What the repository holds: its files, as git knows them, and its Python modules, parsed."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOREIGN = {".git", ".venv", ".workforce", ".hypothesis", ".mypy_cache", ".ruff_cache", ".import_linter_cache", "__pycache__", "exports"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, relative to its root; new ones too, ignored ones not. Works on an unpacked archive as well."""
    asked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if asked.returncode == 0:
        names = [Path(line) for line in asked.stdout.splitlines()]
    else:
        names = [p.relative_to(ROOT) for p in ROOT.rglob("*") if not FOREIGN & set(p.relative_to(ROOT).parts)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def texts() -> Iterator[tuple[Path, str]]:
    """Every file that is text, with what it says."""
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            yield name, content.decode()


@cache
def modules(*folders: str) -> dict[Path, ast.Module]:
    """Every Python file under the folders, parsed."""
    return {name: ast.parse((ROOT / name).read_text()) for name in files() if name.suffix == ".py" and name.parts[0] in folders}


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def dotted(node: ast.AST) -> str:
    """`a.b.c` as written, or the empty text for anything that is no dotted name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def section(path: str, heading: str) -> str:
    """What a Markdown file says under one heading, up to the next heading of the same or a higher rank."""
    text = (ROOT / path).read_text()
    found = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.MULTILINE)
    assert found, f"{path} has no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest
