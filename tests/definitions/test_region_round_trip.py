"""Whatever regions a state draws out of four counties: they survive their files, are put as planned, and follow each other."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from app.contract.regions import PlaceDefinition, RegionSystemDefinition, ZipAreaDefinition
from app.core.db import Tx
from app.definitions.kinds.region_files import by_zip
from app.definitions.kinds.regions import REGIONS, Divided
from app.regions.drafts import Draft
from app.regions.editions import Edition
from app.regions.rules import Part, Region
from tests.definitions.strategies import LINES
from tests.definitions.test_round_trip import carried_out, over_rows, quick, read_back
from tests.people import DANA

CODES = ["36001", "36003", "36005", "36007"]
FIRST = date(2015, 7, 1)
COUNTIES = Draft(
    Edition("county", FIRST, "the census", tuple(Region(code, f"County {code}") for code in CODES)),
    {code: box(-75 + n % 2, 42 + n // 2, -74 + n % 2, 43 + n // 2) for n, code in enumerate(CODES)},
)
PLACES = [PlaceDefinition(county="36001", code=code, name=code.title(), kind="town", source="s") for code in ("ashville", "elmtown")]
SYSTEMS = [RegionSystemDefinition(key=key, title=key, source="s") for key in ("area", "county")]


@st.composite
def editions(draw: st.DrawFn, since: date) -> Draft:
    """One edition: each county belongs to a region or to none, the first may be shared by its places."""
    owners: dict[Any, int] = {code: draw(st.integers(0, 3)) for code in CODES}
    if draw(st.booleans()):
        del owners["36001"]
        owners |= {Part("36001", place): draw(st.integers(1, 3)) for place in ("ashville", "elmtown")} | {
            Part("36001"): draw(st.integers(1, 3))
        }
    owners["36007"] = owners["36007"] or 1  # some region there has to be
    regions = [
        Region(
            code=f"r{owner}",
            name=draw(LINES),
            counties=tuple(one for one, of in owners.items() if of == owner and isinstance(one, str)),
            parts=tuple(sorted((one for one, of in owners.items() if of == owner and isinstance(one, Part)), key=str)),
            official_code=draw(st.none() | st.just(f"A-{owner}")),
        )
        for owner in sorted(set(owners.values()) - {0})
    ]
    unassigned = {code: draw(LINES) for code, owner in owners.items() if owner == 0}
    return Draft(Edition("area", since, draw(LINES), tuple(regions), unassigned))


@st.composite
def divided(draw: st.DrawFn, *, of: Divided | None = None) -> Divided:
    """A state with one to three editions of its areas, or with as many more of them as one that there is."""
    begun = list(of.editions["area"]) if of else []
    since = begun[-1].edition.valid_from if begun else FIRST - timedelta(days=1)
    for days in draw(st.lists(st.integers(1, 500), min_size=1, max_size=2)):
        since += timedelta(days=days)
        begun.append(draw(editions(since)))
    zips = [ZipAreaDefinition(zip="10001", county=draw(st.sampled_from(CODES)), source=draw(LINES))]
    return Divided(SYSTEMS, {"county": [COUNTIES], "area": begun}, PLACES, by_zip(zips))


@quick
@given(held=divided())
def test_a_divided_state_survives_its_files(held: Divided) -> None:
    again = read_back(REGIONS, held)
    assert again.systems == held.systems
    assert again.places == held.places
    assert again.zip_areas == held.zip_areas
    assert [draft.edition for draft in again.editions["area"]] == [draft.edition for draft in held.editions["area"]]
    assert again.editions["county"][0].drawn == COUNTIES.drawn


@over_rows
@given(data=st.data())
async def test_editions_follow_each_other(db: Tx, data: st.DataObject) -> None:
    """The later files hold all editions, or the newest alone."""
    first = data.draw(divided())
    then = data.draw(divided(of=first))
    newest = Divided(then.systems, {**then.editions, "area": then.editions["area"][-1:]}, then.places, then.zip_areas)
    async with db.connection.begin_nested() as before:
        assert await carried_out(db, REGIONS, first)
        assert await carried_out(db, REGIONS, data.draw(st.sampled_from([then, newest])))
        await before.rollback()


def areas(since: str, *regions: Region) -> Draft:
    return Draft(Edition("area", date.fromisoformat(since), "s", regions, {}))


WHOLE, HALVES = Region("r1", "One", tuple(CODES)), (Region("r1", "One", tuple(CODES[:2])), Region("r2", "Two", tuple(CODES[2:])))


async def test_an_edition_that_says_nothing_new_is_none(db: Tx) -> None:
    """Putting what holds already changes nothing, so that edition is not recorded; its file stays right, whatever comes later."""
    one, again, other = areas("2020-01-01", WHOLE), areas("2021-01-01", WHOLE), areas("2022-01-01", *HALVES)

    def state(*editions: Draft) -> Divided:
        return Divided(SYSTEMS, {"county": [COUNTIES], "area": editions}, PLACES)

    assert await carried_out(db, REGIONS, state(one, again, other))
    recorded = await REGIONS.current(db, by=DANA.actor)
    assert [draft.edition.valid_from.year for draft in recorded.editions["area"]] == [2020, 2022]
    assert REGIONS.plan(recorded, state(again, other), on=date(2026, 10, 31)).empty
    made = REGIONS.plan(recorded, state(areas("2021-01-01", *HALVES), other), on=date(2026, 10, 31))
    later = "there is a later edition than that of 2021-01-01, and what held before it is not written anew."
    assert made.refusals == (f"region_edition area: {later}",)
