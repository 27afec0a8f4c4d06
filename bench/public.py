"""What anybody reads, beside a plain static file of the same server: the state's first page, a file of a release, a page not changed.

The static file is a style sheet of about a page's size, handed out by Starlette. The figures of the release are made up; what is measured
is how they leave. Server, database and generator share the machine.
"""

import argparse
import asyncio
import tempfile
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert

from app.core.assets import address
from app.core.db import Database
from app.core.embedded import APP_ROLE, OWNER_ROLE, exit_on_signals, start
from app.core.periods import Period
from app.core.schema import upgrade
from app.outcomes.definitions import DEFINITIONS
from app.public.shelf import anybody
from app.regions.models import Region, RegionEdition, RegionSystem
from app.releases import archive
from app.releases.models import Release, ReleasedFigure
from app.states.actions import create
from bench._traffic import Measured, measure, request
from bench.requests import served

PERIOD = Period.parse("quarter@2026-09-30")
RELEASE, DRAFTER, CERTIFIER, EDITION = (UUID(int=number) for number in (11, 12, 13, 14))
SYSTEM, REGIONS, FILE = "labor_market_region", 10, "figures.csv"
ENCODED = {"Accept_Encoding": "gzip"}
ROUNDS = 8  # in turns


async def publish(owner_url: str, url: str, file: archive.File) -> None:
    """A state of some regions with one certified release of one file."""
    owner, database = Database(owner_url, pool=1), Database(url, pool=1)
    try:
        async with owner.transaction() as tx:
            await create(tx, state="us-ny", name="New York", fips="36", postal="NY", time_zone="America/New_York")
            await tx.commit()
        async with database.transaction(anybody("us-ny")) as tx:
            await tx.run(insert(RegionSystem).values(key=SYSTEM, title="Labor market regions", source="bench"))
            await tx.run(insert(RegionEdition).values(id=EDITION, system=SYSTEM, valid_from=date(2020, 1, 1), source="bench"))
            places = [(SYSTEM, f"region_{n}", f"Region {n}") for n in range(REGIONS)]
            for _, code, name in places:
                await tx.run(insert(Region).values(edition=EDITION, code=code, name=name, counties=[]))
            about = {"period": str(PERIOD), "as_of": date(2026, 10, 31), "threshold": 10, "input": "", "digest": file.sha256}
            made = {"id": RELEASE, "status": "certified", "drafted_by": DRAFTER, "certified_by": CERTIFIER, "certified_at": "2026-10-31"}
            await tx.run(insert(Release).values(**about, **made, considered=[], files=[file.told], proof={}))
            figures = [
                {"region_system": system, "region": region, "region_name": name, "indicator": indicator, "population": population.value}
                for system, region, name in [*places, ("state", "us-ny", "New York")]
                for indicator, population in DEFINITIONS
            ]
            counted = {
                "cohort_from": date(2025, 7, 1),
                "cohort_until": date(2025, 9, 30),
                "numerator": 57,
                "denominator": 76,
                "value": 0.75,
            }
            rows = [{"release": RELEASE, "number": n, "status": "ok", **counted, **figure} for n, figure in enumerate(figures)]
            await tx.run(insert(ReleasedFigure), rows)
            await tx.commit()
    finally:
        await owner.close()
        await database.close()


def run(args: argparse.Namespace) -> None:
    """Measure each in turns with the static file, so that a busy moment of the machine hits both."""
    exit_on_signals()
    with tempfile.TemporaryDirectory(prefix="wf") as folder, start(Path(folder)) as server:
        content = b"state,region,value\n" + b"us-ny,region_1,0.75\n" * 1000
        file = archive.keep(archive.folder(Path(folder), "us-ny"), "csv", FILE, content, "text/csv; charset=utf-8")
        server.create_database("product")
        upgrade(server.url("product", OWNER_ROLE))
        asyncio.run(publish(server.url("product", OWNER_ROLE), server.url("product", APP_ROLE), file))
        settings = {
            "WORKFORCE_DATABASE_URL": server.url("product", APP_ROLE),
            "WORKFORCE_DATA_FOLDER": folder,
            "WORKFORCE_TODAY": "2026-10-31",
        }
        with served(Path(folder), "app.cli", "serve", "--no-worker", "--port", "0", **settings) as serving:
            print(f"{args.seconds:.0f} seconds each; 8 connections\n")
            compare(serving.port, args.seconds)


def compare(port: int, seconds: float) -> None:
    """Print the rate of each public answer, that of the static file measured beside it, and their ratio."""

    def get(path: str, *, seconds: float = seconds, status: int = 200, **headers: str) -> Measured:
        wire = request("GET", path, "", **headers)
        return measure(port, iter(lambda: wire, b""), seconds=seconds, status=status)

    static, home = address("public.css"), "/public/us-ny/"
    frozen = f"/public/us-ny/releases/{RELEASE}/{FILE}"
    for path in (static, home, frozen, "/public/us-ny/regions/region_1"):
        get(path, seconds=0.5)
    asked = [
        ("the first page", home, 200, {}),
        ("the first page, compressed", home, 200, ENCODED),
        ("a region", "/public/us-ny/regions/region_1", 200, ENCODED),
        ("a file of a release", frozen, 200, {}),
    ]
    for what, path, status, headers in asked:
        public, plain = Measured(), Measured()
        for _ in range(ROUNDS):
            public.add(get(path, seconds=seconds / ROUNDS, status=status, **headers))
            plain.add(get(static, seconds=seconds / ROUNDS))
        print(f"{what} ({len(public.last):,} bytes; the static file {len(plain.last):,})")
        print(f"  public   {public}\n  static   {plain}\n  ratio    {public.rate / plain.rate:.2f}\n")
