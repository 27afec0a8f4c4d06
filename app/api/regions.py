"""Region systems, their regions on a day, where an address or a point lies, and crosswalks between systems."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from app.access.dependencies import Read, TodayRead, Tx, may, may_see
from app.access.once import Once
from app.access.permissions import Permission
from app.api.region_bodies import BODIES, GEOJSON, Body, FileSays, drafted
from app.api.revisions import IfMatch, tagged
from app.contract import regions as contract
from app.contract.definitions import DefinitionPlan, Key
from app.contract.values import Day
from app.core import db
from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.paging import LIMIT, MOST, link
from app.definitions import regions as translation
from app.definitions.writing import collection
from app.participants.living import living
from app.participants.tasks import resettled
from app.regions import actions, maps, queries
from app.regions.drafts import What
from app.regions.maps import Comparison, Outlines
from app.regions.residence import decide
from app.regions.rules import Place, Region, ZipArea

router = APIRouter(prefix="/v1", tags=["regions"], route_class=Once)

Reader = Annotated[Actor, may_see(Permission.READ_DEFINITIONS)]
Writer = Annotated[Actor, may(Permission.WRITE_DEFINITIONS)]
System = Annotated[Key, Path(description="the region system's key")]
Code = Annotated[contract.RegionCode, Path(description="the region's code within the system")]
OnDay = Annotated[Day | None, Query(description="as it was or will be on this day; today if left out")]
After = Annotated[str | None, Query(description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


@router.get("/region-systems")
async def list_region_systems(read: Read, by: Reader) -> contract.RegionSystemPage:
    """The ways in which the state is divided, by key. They exist at once and need not nest."""
    begins: dict[str, list[date]] = {}
    for edition in await queries.editions(read, by=by):
        begins.setdefault(edition.system, []).append(edition.valid_from)
    rows = await queries.systems(read, by=by)
    return contract.RegionSystemPage(items=[contract.RegionSystem(**row._mapping, editions=begins.get(row.key, [])) for row in rows])


@router.post("/region-systems", status_code=201)
async def add_region_system(new: contract.RegionSystemDefinition, tx: Tx, by: Writer, response: Response) -> contract.RegionSystem:
    """Add a way to divide the state. Put its regions next."""
    await actions.create_system(tx, by=by, key=new.key, title=new.title, source=new.source)
    response.headers["Location"] = f"/v1/region-systems/{new.key}/regions"
    tagged(response, 1)
    return contract.RegionSystem(**new.model_dump(), revision=1, editions=[])


@router.get("/region-systems/{system}/regions")
async def list_regions(
    system: System,
    read: Read,
    by: Reader,
    today: TodayRead,
    request: Request,
    response: Response,
    on: OnDay = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> contract.RegionPage:
    """The regions of a system on a day, by code. The `ETag` is what a PUT of the next edition takes as `If-Match`."""
    day = on or today
    found = await maps.outlines(read, by=by, system=system, on=day)
    page = await queries.page(read, by=by, edition=found.edition.id, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    tagged(response, (await queries.system(read, by=by, key=system)).revision)
    return contract.RegionPage(
        system=system,
        on=day,
        valid_from=found.edition.valid_from,
        valid_until=found.edition.valid_until,
        source=found.edition.source,
        unassigned=[contract.UnassignedCounty(county=c, reason=r) for c, r in sorted(found.edition.unassigned.items())],
        items=[_region(region, found) for region in page.items],
        next=page.next,
    )


@router.get("/region-systems/{system}/regions.geojson", response_class=Response, responses={200: {"content": {GEOJSON: {}}}})
async def map_regions(system: System, read: Read, by: Reader, today: TodayRead, on: OnDay = None) -> Response:
    """The regions of a system on a day with their outlines. A region that has none says why. PUT takes the same collection."""
    found = await maps.outlines(read, by=by, system=system, on=on or today)
    row = await queries.system(read, by=by, key=system)
    text = await asyncio.to_thread(_geojson, found)
    return Response(text, media_type=GEOJSON, headers={"ETag": f'"{row.revision}"'})


@router.put("/region-systems/{system}/regions", openapi_extra=BODIES)
async def put_regions(
    system: System,
    body: Body,
    beside: FileSays,
    tx: Tx,
    by: Writer,
    response: Response,
    revision: IfMatch,
    dry_run: Annotated[bool, Query(description="true: answer what it would change, and change nothing")] = False,
) -> contract.EditionPlan:
    """Let the regions of a system be these from a day on. The edition before ends that day; putting the same again changes nothing."""
    draft = await asyncio.to_thread(drafted, body, system=system, beside=beside)
    if dry_run:
        tagged(response, (await queries.system(tx, by=by, key=system)).revision)
        return await _planned(tx, by, await maps.compared(tx, by=by, draft=draft))
    put = await actions.put_edition(tx, by=by, draft=draft, revision=revision)
    if put.edition is not None:
        await tx.defer(resettled)
    tagged(response, put.revision)
    return await _planned(tx, by, put.comparison)


@router.get("/region-systems/{system}/regions/{code}")
async def read_region(system: System, code: Code, read: Read, by: Reader, today: TodayRead, on: OnDay = None) -> contract.Region:
    """One region on a day."""
    day = on or today
    found = await maps.outlines(read, by=by, system=system, on=day)
    for region in found.draft.edition.regions:
        if region.code == code:
            return _region(region, found)
    raise NotFound(f"'{system}' has no region '{code}' on {day}.")


@router.get("/locate")
async def locate(
    read: Read,
    by: Reader,
    today: TodayRead,
    on: OnDay = None,
    county: Annotated[str | None, Query(pattern=r"^[0-9]{5}$", description="the county's FIPS code")] = None,
    place: Annotated[str | None, Query(max_length=100, description="with `county`: the city or town of the address")] = None,
    zip_code: Annotated[str | None, Query(alias="zip", pattern=r"^[0-9]{5}$")] = None,
    lon: Annotated[float | None, Query(description="with `lat`: degrees, west is negative")] = None,
    lat: float | None = None,
) -> contract.Location:
    """The region in every system and how it was decided; or of which regions it is one, and what would decide. Never a guess."""
    day = on or today
    if lon is not None and lat is not None and not (county or place or zip_code):
        found = await maps.located(read, by=by, on=day, lon=lon, lat=lat)
    elif lon is None and lat is None and (county or (zip_code and not place)):
        ground = await queries.divisions(read, by=by, on=day)
        if county and ground.in_state(county) and ground.counties and county not in ground.counties:
            raise Invalid(f"This state has no county {county} on {day}.")
        found = decide(ground, county=county, place=place, zip_code=zip_code)
    else:
        raise Invalid("Ask by ?lon= and ?lat=, by ?county= with ?place=, or by ?zip=.")
    systems = {name: contract.Located(**told) for name, told in found.items()}
    return contract.Location(on=day, decided=not any(one.how.startswith("needs_") for one in systems.values()), systems=systems)


@router.get("/crosswalks/{from_system}/{to_system}")
async def read_crosswalk(
    from_system: System,
    to_system: System,
    read: Read,
    by: Reader,
    today: TodayRead,
    on: OnDay = None,
    to_on: Annotated[Day | None, Query(description="another day for `to_system`; `on` if left out")] = None,
    weight: Literal["area", "county"] = "area",
) -> contract.Crosswalk:
    """The shares in which the regions of one system fall into those of another, or of another day. They say nothing about people."""
    days = {"one_on": on or today, "other_on": to_on or on or today}
    found = await maps.crosswalk(read, by=by, one=from_system, other=to_system, weight=weight, **days)
    rows = [
        contract.CrosswalkRow(from_region=r.one, to_region=r.other, share=r.share, amount=r.amount, among=list(r.among)) for r in found.rows
    ]
    return contract.Crosswalk(
        from_system=from_system,
        to_system=to_system,
        from_on=days["one_on"],
        to_on=days["other_on"],
        weight=weight,
        rows=rows,
        left_out=dict(found.left_out),
    )


@router.get("/places")
async def list_places(read: Read, by: Reader) -> contract.PlacePage:
    """The municipalities by which divided counties are told apart. Others need none: the county decides."""
    rows = await queries.places(read, by=by)
    return contract.PlacePage(items=[contract.PlaceDefinition.model_validate(dict(row._mapping)) for row in rows])


@router.put("/places")
async def put_places(all_of_them: contract.PlaceList, tx: Tx, by: Writer) -> contract.Replaced:
    """Let the known municipalities be these."""
    places = [(Place(one.county, one.code, one.name, one.kind), one.source) for one in all_of_them.items]
    return await _replaced(tx, await actions.put_places(tx, by=by, places=places))


@router.get("/zip-areas")
async def list_zip_areas(
    read: Read, by: Reader, request: Request, response: Response, after: After = None, limit: Limit = LIMIT
) -> contract.ZipAreaPage:
    """Where ZIP codes deliver, as far as the state knows it, in the order in which they were put."""
    page = await queries.zip_page(read, by=by, after=after, limit=limit)
    if leads := link(str(request.url), page):
        response.headers["Link"] = leads
    told = ({name: value for name, value in row._mapping.items() if name != "id"} for row in page.items)
    return contract.ZipAreaPage(items=[contract.ZipAreaDefinition.model_validate(one) for one in told], next=page.next)


@router.put("/zip-areas")
async def put_zip_areas(all_of_them: contract.ZipAreaList, tx: Tx, by: Writer) -> contract.Replaced:
    """Let the known ZIP codes be these."""
    areas = [(ZipArea(one.zip, one.county, one.place), one.source) for one in all_of_them.items]
    return await _replaced(tx, await actions.put_zip_areas(tx, by=by, areas=areas))


async def _replaced(tx: db.Tx, changed: int) -> contract.Replaced:
    """What addresses are located by changed: a job settles where people live."""
    if changed:
        await tx.defer(resettled)
    return contract.Replaced(changed=changed)


def _region(region: Region, found: Outlines) -> contract.Region:
    area = found.areas_km2.get(region.code)
    defined = translation.region_definition(region)
    return contract.Region(
        **{name: getattr(defined, name) for name in contract.RegionDefinition.model_fields if name != "no_shape"},
        system=found.edition.system,
        valid_from=found.edition.valid_from,
        valid_until=found.edition.valid_until,
        source=found.edition.source,
        area_km2=None if area is None else round(area, 3),
        no_shape=found.reasons.get(region.code),
    )


def _geojson(found: Outlines) -> str:
    edition = found.draft.edition
    return collection(translation.features(found.draft, found.shapes, found.reasons), **translation.members(edition))


async def _planned(read: db.Read, by: Actor, comparison: Comparison) -> contract.EditionPlan:
    """A comparison on the wire, with the people whose region moves."""
    touched = [change.code for change in comparison.changes if change.what is not What.ADDED]
    system = comparison.after.edition.system
    people = await living(read, by=by, system=system, regions=touched) if touched else {}
    told: dict[str, Any] = DefinitionPlan.model_validate(translation.planned(comparison, people), from_attributes=True).model_dump()
    return contract.EditionPlan(
        **told,
        regions=[
            contract.RegionChange(
                code=change.code,
                area_moved_km2=None if change.moved_km2 is None else round(change.moved_km2, 3),
                counties_gained=list(change.gained),
                counties_lost=list(change.lost),
                people=people.get(change.code, 0),
            )
            for change in comparison.changes
        ],
        notes=[contract.ShapeNote(feature=note.feature, code=note.code, detail=note.detail) for note in comparison.after.notes],
    )
