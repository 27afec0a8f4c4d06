"""Migrations: numbered without holes, in one line."""

import ast
import re
from pathlib import Path

from tests.house.tree import modules

VERSIONS = {
    path: module for path, module in modules("migrations").items() if path.parent == Path("migrations/versions") and path.stem != "__init__"
}


def assigned(module: ast.Module) -> dict[str, object]:
    """The constants at a migration's top: `revision`, `down_revision`."""
    values: dict[str, object] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            values.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Constant):
            values[node.target.id] = node.value.value
    return values


def test_migrations_are_numbered_without_holes() -> None:
    assert VERSIONS
    names = sorted(path.name for path in VERSIONS)
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names), names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_every_migration_follows_the_one_before() -> None:
    in_order = [(path.stem, assigned(module)) for path, module in sorted(VERSIONS.items())]
    before: object = None
    for stem, constants in in_order:
        assert constants["revision"] == stem[:4], stem
        assert constants.get("down_revision") == before, stem
        before = constants["revision"]
