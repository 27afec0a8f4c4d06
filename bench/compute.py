"""`outcomes compute` on a million periods, by every grouping, beside Polars reading the same CSV.

Both are processes of their own, started and ended: what one waits for. The bare one reads the file as Polars would by itself, every
column, types guessed. Aim: three times that.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

ROWS, ROUNDS, AIM = 1_000_000, 3, 3.0
BARE = "import sys, polars as pl; print(pl.read_csv(sys.argv[1]).height)"
WORKFORCE = Path(sys.executable).with_name("workforce")
BY = "county,sex,race_ethnicity,age,lwda"


def run(_args: argparse.Namespace) -> None:
    """Write the file, time both in turns, print the shortest times and their ratio."""
    with TemporaryDirectory() as folder:
        file, out = Path(folder) / "periods.csv", Path(folder) / "out.json"
        written(file)
        print(f"{ROWS:,} periods, {file.stat().st_size / 1e6:,.0f} MB; by {BY}")
        for kind in ("quarter", "program_year"):
            command = [WORKFORCE, "outcomes", "compute", file, "--report-date", "2025-06-30", "--period", kind, "--by", BY, "--state", "NY"]
            bare, ours = [], []
            for _ in range(ROUNDS):
                bare.append(timed([sys.executable, "-c", BARE, file]))
                ours.append(timed([*command, "--json", out]))
            cells = json.loads(out.read_text())
            assert sum(cell["denominator"] for cell in cells if cell["group"] == "all") > ROWS / 100
            ratio = min(ours) / min(bare)
            print(f"{kind:14} {len(cells):,} cells {min(ours):6.2f} s, bare {min(bare):6.2f} s, {ratio:.2f}× (aim {AIM:.0f}×)")


def timed(command: list[object]) -> float:
    """Seconds from start to end of a process."""
    started = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=300)
    return time.perf_counter() - started


def written(file: Path) -> None:
    """A file of 59 columns as a state's would be: periods of six years, about as many codes of each kind."""
    chance = np.random.default_rng(2025)
    entry = np.datetime64("2019-07-01") + chance.integers(0, 2300, ROWS).astype("timedelta64[D]")
    left = entry + chance.integers(1, 500, ROWS).astype("timedelta64[D]")
    born = np.datetime64("1960-01-01") + chance.integers(0, 16_000, ROWS).astype("timedelta64[D]")

    def some(day: np.ndarray, share: float) -> pl.Series:
        told = pl.Series(day).cast(pl.Date).dt.strftime("%Y%m%d")
        return pl.select(pl.when(pl.Series(chance.random(ROWS) < share)).then(told)).to_series()

    def codes(**shares: float) -> pl.Series:
        values = [None if name == "blank" else name.lstrip("_") for name in shares]
        return pl.Series(values).gather(chance.choice(len(values), ROWS, p=list(shares.values())))

    def yes(share: float) -> pl.Series:
        return codes(_0=1 - share, _1=share)

    numbers = {name: chance.integers(0, high, ROWS) for name, high in (("100", ROWS), ("102", 62), ("108-A", 33), ("1704", 2_500_000))}
    pl.DataFrame(
        {
            "100": pl.select(pl.format("P{}", pl.Series(numbers["100"]).cast(pl.String).str.zfill(9))).to_series(),
            "101": codes(NY=0.95, NJ=0.05),
            "102": pl.Series(numbers["102"] * 2 + 1).cast(pl.String).str.zfill(3),
            "108-A": pl.Series(36_005 + numbers["108-A"] * 5).cast(pl.String),
            "108-B": codes(blank=0.9, _36010=0.1),
            "108-C": codes(blank=0.97, _36015=0.03),
            "200": some(born, 0.99),
            "201": codes(_1=0.49, _2=0.49, _9=0.02),
            **{race: codes(_0=0.75, _1=0.2, _9=0.05) for race in ("210", "211", "212", "213", "214", "215")},
            "408": codes(_0=0.1, _1=0.5, _2=0.2, _4=0.2),
            "900": some(entry, 1),
            "901": some(left, 0.85),
            **{n: yes(share) for n, share in (("903", 0.4), ("904", 0.2), ("905", 0.1), ("909", 0.02), ("918", 0.7), ("932", 0.05))},
            "923": codes(_00=0.97, _01=0.005, _02=0.005, _03=0.005, _04=0.005, _05=0.005, _07=0.005),
            **{kind: codes(_00=0.3, _01=0.1, _06=0.1, _09=0.05, blank=0.45) for kind in ("1303", "1310", "1315")},
            **{element: yes(0.2) for element in ("1300", "1332", "1401")},
            "1406": some(left + 30, 0.02),
            **{n: codes(_0=0.3, _1=0.6, _2=0.02, _3=0.01, _9=0.02, blank=0.05) for n in ("1600", "1602", "1604", "1606")},
            **{n: codes(_0=0.35, _1=0.6, _4=0.03, _5=0.02) for n in ("1601", "1603", "1605", "1607")},
            "1618": codes(_0=0.4, _1=0.5, blank=0.1),
            **{n: (pl.Series(numbers["1704"]) / 100).cast(pl.Decimal(10, 2)) for n in ("1703", "1704", "1705", "1706")},
            **{kind: codes(_0=0.8, _1=0.02, _5=0.1, _6=0.08) for kind in ("1800", "1802", "1804")},
            **{day: some(left, 0.2) for day in ("1801", "1803", "1805")},
            **{gain: some(left, 0.1) for gain in ("1806", "1807", "1808", "1809", "1810")},
            "1811": some(entry, 0.4),
            "1813": some(left, 0.2),
            **{n: codes(_0=0.1, _1=0.02, _2=0.02, _3=0.02, blank=0.84) for n in ("1900", "1901")},
        }
    ).write_csv(file)
