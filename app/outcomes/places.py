"""Where people lived, in every region system, and what was in demand there. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from app.outcomes.frame import OUT_OF_STATE, UNKNOWN, region

_LISTS = {"residence": pl.Int64, "soc": pl.String, "valid_from": pl.Date, "valid_until": pl.Date}


@dataclass(frozen=True)
class Places:
    """Every residence with its region in each system, and the lists of in-demand occupations that hold there.

    residences: residence, 101, 102, and a column of regions a system
    lists:      residence, soc (six digits), valid_from, valid_until: one line a designation in any of its regions
    """

    residences: pl.DataFrame
    lists: pl.DataFrame

    @classmethod
    def of(cls, residences: pl.DataFrame, in_demand: pl.DataFrame, postal: str, systems: Sequence[str]) -> "Places":
        """Out of the facts: `regions` as it is kept with a residence, and designations with the members of combined codes."""
        decided = [(row["residence"], row["postal"], row["county"], json.loads(row["regions"])) for row in residences.iter_rows(named=True)]
        told = pl.DataFrame(
            {
                "residence": [n for n, *_ in decided],
                "101": [of for _, of, *_ in decided],
                "102": [county and county[2:] for _, _, county, _ in decided],
                **{region(system): [_region(regions, system, of == postal) for _, of, _, regions in decided] for system in systems},
            },
            schema={"residence": pl.Int64, "101": pl.String, "102": pl.String} | {region(system): pl.String for system in systems},
        )
        where = pl.DataFrame(
            [(n, system, one["region"]) for n, _, _, regions in decided for system, one in regions.items() if one["region"] is not None],
            schema={"residence": pl.Int64, "system": pl.String, "region": pl.String},
            orient="row",
        )
        designated = pl.DataFrame(
            [
                (one["system"], one["region"], soc, one["valid_from"], one["valid_until"])
                for one in in_demand.iter_rows(named=True)
                for soc in _codes(one)
            ],
            schema={"system": pl.String, "region": pl.String, "soc": pl.String, "valid_from": pl.Date, "valid_until": pl.Date},
            orient="row",
        )
        return cls(told, where.join(designated, on=["system", "region"]).select(*_LISTS))

    def judged(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`in_demand` of each row with an occupation: 1 if it was on a list of the region of residence on the day, 0 if there was a list
        without it. rows: row, residence, day, occupation."""
        known = rows.drop_nulls("occupation").with_columns(soc=_six_digits(pl.col("occupation")))
        held = (pl.col("valid_from") <= pl.col("day")) & (pl.col("valid_until").is_null() | (pl.col("day") < pl.col("valid_until")))
        # One question for all rows that ask the same: few people live alone, and few on a day of their own.
        asked = known.select("residence", "day").unique()
        spans = self.lists.select("residence", "valid_from", "valid_until").unique()
        where = asked.join(spans, on="residence").filter(held).select("residence", "day").unique()
        found = known.join(self.lists, on=["residence", "soc"]).filter(held)["row"].unique()
        on_a_list = pl.col("row").is_in(found.implode()).cast(pl.Int16)
        return known.join(where, on=["residence", "day"], how="semi").select("row", in_demand=on_a_list)


def _region(regions: Mapping[str, Mapping[str, str]], system: str, here: bool) -> str:
    """A region that reaches across the state line takes in people beyond it; else they are out of state."""
    return regions.get(system, {}).get("region") or (UNKNOWN if here else OUT_OF_STATE)


def _codes(designation: Mapping[str, str | None]) -> Iterator[str]:
    """The six-digit codes of a designation: those that a combined code of the OEWS stands for, or its own."""
    members = json.loads(designation["members"] or "[]")
    yield from (code[:7] for code in members or [str(designation["code"])])


def _six_digits(code: pl.Expr) -> pl.Expr:
    """The six-digit SOC code in `29-2052`, `29-2052.00` or the federal record's `29205200`: as `labor_market.codes.six_digit`."""
    bare = code.str.contains(r"^\d{8}$")
    return pl.when(bare).then(code.str.slice(0, 2) + "-" + code.str.slice(2, 4)).otherwise(code.str.slice(0, 7))
