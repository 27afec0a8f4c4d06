"""Region systems, their editions, places and ZIP codes: the API's bodies, and the schema of the files under regions/.

regions/<state>/systems/<key>.toml                     RegionSystemDefinition
regions/<state>/editions/<system>/<valid_from>.toml    RegionEditionDefinition: regions listed by county
regions/<state>/editions/<system>/<valid_from>.geojson RegionCollection: regions that are drawn
regions/<state>/counties.geojson                       RegionCollection: the system `county`, which the others are made of
regions/<state>/places.csv                             PlaceDefinition, one a line
regions/<state>/zip_areas.csv                          ZipAreaDefinition, one a line; optional
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.contract.definitions import Definition, DefinitionPlan, Key, Line
from app.contract.values import Day, Truth

CountyCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
"""A county's FIPS code: five digits, as text, because leading zeros count."""

RegionCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,62}$")]
"""A region's code within its system: a slug of its name, or a county's FIPS code."""

PlaceCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A municipality's code: a slug of its name, unique in its county."""

ZipCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]


class RegionSystemDefinition(Definition):
    """One way to divide a state. The body of `systems/<key>.toml` and of `POST /v1/region-systems`."""

    key: Key = Field(examples=["labor_market_region"])
    title: Line = Field(description="what people call its regions, in the plural", examples=["Labor market regions"])
    source: Line = Field(description="who divides the state so")


class PartDefinition(Definition):
    """Part of a county that several regions share: one municipality of it, or whatever no other region names."""

    county: CountyCode
    place: PlaceCode | None = Field(None, description="the municipality's code, as the table of places has it")
    rest: Truth = Field(default=False, description="true: all of the county that no region of the system names")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.place is None) is not self.rest:
            raise ValueError("a part of a county is one place of it, or rest = true")
        return self


class RegionDefinition(Definition):
    """One region: what it takes in."""

    code: RegionCode = Field(examples=["western_new_york"])
    name: Line = Field(examples=["Western New York"])
    official_code: str | None = Field(
        None,
        pattern=r"^[0-9A-Z-]{1,20}$",
        description="the code that the system's publisher uses, where it is another one",
        examples=["0010580"],
    )
    counties: tuple[CountyCode, ...] = Field((), description="the counties that it takes in whole")
    parts: tuple[PartDefinition, ...] = Field((), description="parts of counties that it shares with its neighbours")
    counties_beyond_state: tuple[CountyCode, ...] = Field((), description="counties of other states, if it crosses the state line")
    no_shape: Line | None = Field(None, description="why it has no outline, if there is a reason that its counties do not tell")


class UnassignedCounty(Definition):
    """A county that no region of the system takes in."""

    county: CountyCode
    reason: Line


class RegionEditionDefinition(Definition):
    """All regions of a system from a day on, listed by county; outlines are dissolved from the counties'.

    The body of `editions/<system>/<valid_from>.toml` and of `PUT /v1/region-systems/{system}/regions`. Regions that it does not list
    have ended.
    """

    system: Key
    valid_from: Day = Field(description="the first day on which these regions hold")
    source: Line = Field(description="who drew them, where it is written down, and its vintage")
    regions: tuple[RegionDefinition, ...] = Field(min_length=1)
    unassigned: tuple[UnassignedCounty, ...] = Field((), description="the counties that no region takes in, with the reason")


class RegionFeature(BaseModel):
    """A region as a GeoJSON feature. Its geometry is checked as a shape, not as JSON."""

    model_config = ConfigDict(extra="ignore", frozen=True)  # `id` and `bbox` say nothing that the rest does not

    type: Literal["Feature"]
    properties: RegionDefinition
    geometry: dict[str, Any] | None = Field(description="a Polygon or MultiPolygon, or null for a region without an outline")


class RegionCollection(BaseModel):
    """All regions of a system from a day on, drawn: a GeoJSON FeatureCollection in WGS 84 (RFC 7946) with members of our own.

    The body of `editions/<system>/<valid_from>.geojson`, of `counties.geojson`, and of `PUT /v1/region-systems/{system}/regions` as
    `application/geo+json`.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)  # GIS programs add members of their own

    type: Literal["FeatureCollection"]
    system: Key | None = Field(None, description="the region system; in a request the path names it")
    valid_from: date = Field(description="the first day on which these regions hold")
    source: Line = Field(description="who drew them, where it is written down")
    vintage: Line | None = Field(None, description="the day or year of the boundaries")
    unassigned: tuple[UnassignedCounty, ...] = ()
    crs: dict[str, Any] | None = Field(None, description="a coordinate reference system other than WGS 84, as GeoJSON of 2008 names it")
    features: tuple[RegionFeature, ...] = Field(min_length=1)


class PlaceDefinition(Definition):
    """A municipality by which a divided county is told apart: a line of `places.csv`."""

    county: CountyCode
    code: PlaceCode
    name: Line
    kind: Literal["city", "town", "village", "borough", "township"]
    source: Line = Field(description="who names it")


class ZipAreaDefinition(Definition):
    """Where a ZIP code delivers: a line of `zip_areas.csv`. A ZIP code that delivers to several counties or places has several lines."""

    zip: ZipCode
    county: CountyCode
    place: PlaceCode | None = None
    source: Line = Field(description="whose table says so")


class PlaceList(Definition):
    """All places of the state: the body of `PUT /v1/places`."""

    items: tuple[PlaceDefinition, ...]


class ZipAreaList(Definition):
    """All ZIP codes of the state: the body of `PUT /v1/zip-areas`."""

    items: tuple[ZipAreaDefinition, ...]


class RegionSystem(BaseModel):
    """A region system as kept, with the days on which its editions begin."""

    key: Key
    title: str
    source: str
    revision: int
    editions: list[date] = Field(description="the first day of each edition, oldest first")


class RegionSystemPage(BaseModel):
    """The region systems, by key."""

    items: list[RegionSystem]
    next: str | None = None


class Region(BaseModel):
    """A region on a day."""

    system: Key
    code: RegionCode
    name: str
    official_code: str | None = None
    valid_from: date = Field(description="the first day of the edition that it is in")
    valid_until: date | None = Field(description="the day from which that edition no longer holds")
    source: str
    counties: tuple[CountyCode, ...]
    parts: tuple[PartDefinition, ...]
    counties_beyond_state: tuple[CountyCode, ...]
    area_km2: float | None = Field(description="of the outline within the state, in an equal-area projection; empty without an outline")
    no_shape: str | None = Field(description="why there is no outline")


class RegionPage(BaseModel):
    """The regions of a system on a day, by code."""

    system: Key
    on: date
    valid_from: date
    valid_until: date | None
    source: str
    unassigned: list[UnassignedCounty]
    items: list[Region]
    next: str | None = None


class Located(BaseModel):
    """The region in one system, and by what it was decided; or why it is open."""

    region: str | None = Field(description="the region's code; empty if it is not decided or if there is none")
    how: Literal[
        "county",
        "place",
        "rest_of_county",
        "zip",
        "point",
        "needs_place",
        "needs_county",
        "needs_point",
        "unassigned",
        "outside",
        "out_of_state",
    ] = Field(description="by what it was decided, what would decide it, or why there is none")
    candidates: list[str] | None = Field(None, description="the regions of which it is one")
    detail: str | None = None


class Location(BaseModel):
    """Where an address or a point lies, in every region system that is in force on the day."""

    on: date
    decided: bool = Field(description="whether nothing is left open in any system")
    systems: dict[str, Located]


class CrosswalkRow(BaseModel):
    """The share of one region that falls into another; the shares of one region sum to 1."""

    from_region: str
    to_region: str | None = Field(description="empty: the share that falls into no region of the other system")
    share: float
    amount: float = Field(description="square kilometres, or counties")
    among: list[RegionCode] = Field(default_factory=list, description="without a region: those of which it is one, nobody can tell which")


class Crosswalk(BaseModel):
    """Two systems, or two days of one, laid over each other. Shares of area or of counties say nothing about people."""

    from_system: Key
    to_system: Key
    from_on: date
    to_on: date
    weight: Literal["area", "county"]
    rows: list[CrosswalkRow]
    left_out: dict[str, str] = Field(description="regions without rows, and why")


class ShapeNote(BaseModel):
    """Something that was put right or that somebody should look at; nothing was refused for it."""

    feature: str
    code: str
    detail: str


class RegionChange(BaseModel):
    """What an edition changes about one region."""

    code: str
    area_moved_km2: float | None = Field(None, description="the area that lies in the old or the new outline but not in both")
    counties_gained: list[str] = Field(default_factory=list, description="counties, and parts of them as `36059/hempstead`")
    counties_lost: list[str] = Field(default_factory=list)
    people: int = Field(0, description="people whose residence lies in what moves")


class EditionPlan(DefinitionPlan):
    """What putting an edition would change, or has changed."""

    regions: list[RegionChange] = Field(default_factory=list, description="what moves, region by region")
    notes: list[ShapeNote] = Field(default_factory=list, description="repairs, small overlaps and gaps")


class PlacePage(BaseModel):
    """The municipalities that tell divided counties apart, by county and code."""

    items: list[PlaceDefinition]
    next: str | None = None


class ZipAreaPage(BaseModel):
    """Where ZIP codes deliver, by ZIP code."""

    items: list[ZipAreaDefinition]
    next: str | None = None


class Replaced(BaseModel):
    """What putting a whole table did."""

    changed: int = Field(description="rows that were added, changed or removed")
