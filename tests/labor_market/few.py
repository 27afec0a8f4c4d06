"""A few of New York's occupations and designations: enough for tests of routes, and quick to take in."""

from dataclasses import replace
from functools import cache

import polars as pl

from app.core.db import Tx
from app.labor_market import actions, designations
from app.labor_market.designations import Designation
from app.labor_market.extract import Extract
from tests.conftest import TODAY
from tests.labor_market.test_new_yorks_labor_market import FOLDER, listed, tables
from tests.people import DANA

CODES = (
    "00-0000", "13-1020", "13-1021", "13-1022", "13-1023", "15-1232", "27-2042", "29-1141", "29-1151", "29-2052", "31-9095", "31-9092",
    "51-5111", "53-3032", "53-3033",
)  # fmt: skip


@cache
def extract() -> Extract:
    """New York's tables with those codes alone."""
    few = pl.col("code").str.slice(0, 7).is_in(CODES)
    related, ratings = tables().related, tables().skill_ratings.filter(few)
    return replace(
        tables(),
        wages=tables().wages.filter(few),
        occupations=tables().occupations.filter(few),
        members=tables().members.filter(few),
        reported_titles=tables().reported_titles.filter(few),
        related=related.filter(few & pl.col("related").str.slice(0, 7).is_in(CODES)),
        skill_ratings=ratings,
    )


def in_demand() -> list[Designation]:
    """New York's list with those codes alone: in demand in every region are all but two of them."""
    return [one for one in listed() if one.code in CODES]


async def lay(tx: Tx) -> None:
    """Take them in. The regions have to be there."""
    await actions.adopt_extract(tx, by=DANA.actor, extract=extract())
    about = designations.read_about(FOLDER)
    await actions.adopt_designations(tx, by=DANA.actor, designations=in_demand(), about=about, on=TODAY)
