"""An agency installs the client and nothing of the server: no database, no maps, no frames."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SERVER = (
    *(
        "sqlalchemy",
        "psycopg",
        "psycopg_pool",
        "alembic",
        "procrastinate",
        "geopandas",
        "shapely",
        "pyproj",
        "pyogrio",
        "polars",
        "narwhals",
    ),
    *("pyarrow", "numpy", "fastapi", "starlette", "uvicorn", "structlog", "pydantic_settings", "cryptography", "jinja2", "highspy"),
)
USE = """
import sys
import app.client
from app.cli import build
build()
with app.client.Client("https://workforce.example.gov", "key") as client:
    client.participants.list("somebody")  # nothing is asked before somebody walks the list
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
BLOCK = f"""
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {SERVER!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None
sys.meta_path.insert(0, Absent())
"""


def python(code: str, *, executable: str = sys.executable) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("WORKFORCE_", "PYTHON"))}
    command = [executable, "-c", code]
    return subprocess.run(command, env=surroundings | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=120)


def test_it_imports_where_nothing_of_the_server_is() -> None:
    done = python(BLOCK + USE)
    assert done.returncode == 0, done.stderr
    assert not set(SERVER) & set(done.stdout.split())


def test_the_server_would_not() -> None:
    """So what keeps its packages away does."""
    done = python(BLOCK + "import app.main")
    assert (done.returncode, "ModuleNotFoundError" in done.stderr) == (1, True)


def test_what_needs_the_server_says_so() -> None:
    for command, said in (("'me'", "Name a server: set WORKFORCE_API_URL"), ("'migrate'", "This is done where the server is installed")):
        done = python(
            BLOCK
            + f"import os\nos.environ['WORKFORCE_API_KEY'] = 'k'\nsys.argv = ['workforce', {command}]\nfrom app.cli import main\nmain()"
        )
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_it_installs_from_its_own_list(tmp_path: Path) -> None:
    """In an environment that has requirements/client.txt and no more."""
    uv = Path(sys.executable).with_name("uv")
    assert uv.exists(), "uv is a tool of this project: make test"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "college"], check=True, timeout=60)
    there = str(tmp_path / "college/bin/python")
    listed: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--python",
        there,
        "--require-hashes",
        "-r",
        ROOT / "requirements/client.txt",
    ]
    installed = subprocess.run(listed, capture_output=True, text=True, check=False, timeout=300)
    if installed.returncode and re.search(r"[Ff]ailed to (fetch|download)|error sending request|dns error|timed out", installed.stderr):
        pytest.skip("no package registry can be reached from here")
    assert installed.returncode == 0, installed.stderr
    done = python(USE, executable=there)
    assert done.returncode == 0, done.stderr
    assert not set(SERVER) & set(done.stdout.split())
    assert python("import sqlalchemy", executable=there).returncode == 1
    assert python("import polars", executable=there).returncode == 1
    helped = subprocess.run([there, "-m", "app.cli", "enroll", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "--planned-end" in helped.stdout
