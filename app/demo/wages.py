"""Employment records: the rows of what is known about work."""

import numpy as np
import polars as pl

from app.demo.chance import Chance, Flags, Ints
from app.demo.journeys import Learning, Who
from app.demo.naming import Names
from app.demo.shares import SHARES
from app.demo.work import FIRST_QUARTER, FOUND, NONE, QUARTERS, SOURCES, SUPPLEMENTAL, Work
from app.demo.world import TRADES, World

INDUSTRIES = {
    "13": "541611", "15": "541512", "25": "611110", "29": "622110", "31": "623110", "33": "561612", "35": "722513", "37": "561720",
    "39": "624410", "41": "455211", "43": "541219", "47": "238210", "49": "238220", "51": "332710", "53": "484121",
}  # fmt: skip
"""Major group of an occupation -> the NAICS 2022 industry of its employers here."""

EMPLOYERS = 60  # of an industry in a region
SECOND_SHARE = 0.25  # of a quarter's wages, where there are two employers
BESIDE = 900  # employers of second jobs are numbered from here, so they are never the first one

UI, SELF_EMPLOYED = SOURCES.index("ui"), "self"


def employment_records(
    chance: Chance, world: World, who: Who, learning: Learning, work: Work, names: Names
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records, and those that are delivered late. A quarter with two employers has two.

    Employers are numbered like 89-0412345: the Internal Revenue Service gives no employer number that begins with 89.
    """
    person, column = np.nonzero(work.source != NONE)
    job, source = work.job[person, column], work.source[person, column]
    occupation = work.occupation[person, job]
    wages = work.wages[person, column]
    rows = Chance(chance.rng, len(person))
    two = rows.happens(SHARES.two_employers) & (source == UI)
    first = np.where(two, np.round(wages * (1 - SECOND_SHARE)).astype(np.int64), wages)
    known = work.occupation_known[person] & work.after[person, column] & (job >= FOUND)
    apprentice = _apprentices(chance, world, learning, work)[person] & work.after[person, column]
    number = _employers(chance, world, who, work)[person, job]
    alone = (source == SUPPLEMENTAL) & ~who.no_ssn[person]
    frame = _records(who, names, person, column, source, first).with_columns(
        employer=pl.when(pl.Series(alone)).then(pl.lit(SELF_EMPLOYED)).otherwise(_written(number)),
        occupation=_told(world.occupations, occupation, known),
        industry=_told(_industries(world), occupation, np.ones(len(person), dtype=bool)),
        apprenticeship=pl.Series(apprentice),
        late=pl.Series(work.after[person, column] & (source == UI) & rows.happens(SHARES.late_wages)),
    )
    beside = _records(who, names, person[two], column[two], source[two], (wages - first)[two]).with_columns(
        employer=_written(number[two] // 1000 * 1000 + BESIDE + number[two] % 100),
        occupation=pl.lit(None, pl.String),
        industry=frame.get_column("industry").filter(pl.Series(two)),
        apprenticeship=pl.lit(value=False),
        late=pl.lit(value=False),
    )
    everything = pl.concat([frame, beside], how="vertical").select(COLUMNS)
    return everything.filter(~pl.col("late")).drop("late"), everything.filter("late").drop("late")


COLUMNS = ("partner", "participant", "quarter", "employer", "source", "wages", "occupation", "industry", "apprenticeship", "late")


def _records(who: Who, names: Names, person: Ints, column: Ints, source: Ints, wages: Ints) -> pl.DataFrame:
    quarters = [f"{(FIRST_QUARTER + at) // 4}Q{(FIRST_QUARTER + at) % 4 + 1}" for at in range(QUARTERS)]
    cents = pl.Series(wages)
    return pl.DataFrame(
        {
            "partner": names.partner.gather(who.registered_by[person]),
            "participant": names.person.gather(person),
            "quarter": pl.Series(quarters).gather(column),
            "source": pl.Series(SOURCES).gather(source),
            "wages": cents,
        }
    ).with_columns(wages=pl.when(pl.col("wages") > 0).then(pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))))


def _told(words: tuple[str, ...], which: Ints, known: Flags) -> pl.Expr:
    return pl.when(pl.Series(known)).then(pl.Series(words).gather(which))


def _industries(world: World) -> tuple[str, ...]:
    return tuple(INDUSTRIES[occupation[:2]] for occupation in world.occupations)


def _employers(chance: Chance, world: World, who: Who, work: Work) -> Ints:
    """person x job: an employer's number, of seven digits: region, industry, and which of its employers there."""
    regions = sorted(world.regions)
    region = np.array([regions.index(home.region) for home in world.homes])[who.home]
    groups = sorted(set(_industries(world)))
    industry = np.array([groups.index(one) for one in _industries(world)])[work.occupation]
    which = chance.rng.integers(0, EMPLOYERS, work.occupation.shape)
    return np.asarray(region[:, None] * 100_000 + industry * 1_000 + which)


def _written(number: Ints) -> pl.Series:
    return pl.select(pl.format("89-{}", pl.Series(number).cast(pl.String).str.zfill(7))).to_series()


def _apprentices(chance: Chance, world: World, learning: Learning, work: Work) -> Flags:
    """Some of those who work in the target occupation of a trade."""
    trade = np.array([way.key in TRADES for way in world.ways])[learning.way]
    return np.asarray(work.in_target & learning.enrolled & trade & chance.happens(SHARES.apprenticeship))
