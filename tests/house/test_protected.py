"""Who may make what anybody may see: `app/releases/protected.py` alone."""

import ast
from pathlib import Path

import pytest

from app.releases import protected
from app.releases.protected import Protected
from tests.house.tree import ROOT, dotted, modules

HOME = Path("app/releases/protected.py")


def test_nobody_else_makes_a_protected() -> None:
    made = [
        f"{path}:{node.lineno}"
        for path, module in modules("app").items()
        if path != HOME
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "Protected"
    ]
    assert not made, f"take one that `releases` made: {made}"


def test_nobody_else_knows_the_mint() -> None:
    known = [path for path in modules("app") if path != HOME and "_MINT" in (ROOT / path).read_text()]
    assert not known


def test_kept_figures_come_out_of_the_releases_room_alone() -> None:
    """`kept` trusts that what was kept was proved: only the room that keeps may call it."""
    callers = {
        path
        for path, module in modules("app").items()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        and node.module == "app.releases.protected"
        and {n.name for n in node.names} & {"kept", "proved"}
    }
    assert callers == {Path("app/releases/queries.py"), Path("app/releases/protecting.py")}


def test_it_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError, match="releases alone"):
        Protected("figures", object())
    assert protected.MARK == "protected"


def test_writers_of_releases_take_nothing_else() -> None:
    """Every public writer of the room has a `Protected` first; those of internal tables are another room's and take an `Internal`."""
    for path in (Path("app/releases/files.py"), Path("app/releases/shaped.py")):
        module = ast.parse((ROOT / path).read_text())
        writers = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("write_")]
        assert writers
        assert {ast.unparse(node.args.args[0].annotation or ast.Constant(None)) for node in writers} == {"Protected[Released]"}
