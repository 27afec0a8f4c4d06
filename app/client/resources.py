"""Every call of the API that an agency makes, described once. Bodies and answers are the contract's.

Recording takes `once`, an Idempotency-Key of your own: with one that you keep, even a program that starts again records a thing once.
Without it every call has a new one.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from app.client.asking import Ask, Fetch, Id, Listing, Progress, Upload, at, get, listing, patch, post, put, query
from app.client.calling import By, Resource, call, fetched, listed
from app.contract.career_paths import CareerPath, CareerPathPage, CareerPathSummary
from app.contract.employment import EmploymentRecord, EmploymentRecordPage, NewEmploymentRecord
from app.contract.enrollments import (
    Ending,
    Enrollment,
    EnrollmentPage,
    EnrollmentStatus,
    EnrollmentSummary,
    Moment,
    NewCredential,
    NewCredentialOfEnrollment,
    NewEnrollment,
    NewPlannedService,
    NewService,
    NewServiceOfEnrollment,
    NewStepCompletion,
    ParticipationExplained,
    Participations,
    Recorded,
    ServiceCatalogue,
    Timeline,
)
from app.contract.labor_market import InDemandJob, InDemandJobList, Occupation, OccupationPage, OccupationSummary
from app.contract.outcomes import IndicatorName, OutcomeTable, Population
from app.contract.participants import NewParticipant, Participant, ParticipantChange, ParticipantListed, ParticipantPage
from app.contract.partners import Partner, PartnerKind, PartnerPage
from app.contract.regions import EditionPlan, Location, Region, RegionEditionDefinition, RegionPage, RegionSystem, RegionSystemPage
from app.contract.releases import DraftedRelease, Form, NewRelease, NewRevision, Release, ReleasedTable, ReleasePage, Withdrawal


class Nothing(BaseModel):
    """A body that says nothing."""


OutcomeForm = Literal["csv", "parquet", "xlsx", "geojson", "gpkg", "svg", "png"]


class Participants(Resource[By]):
    """People whom you may see."""

    @call
    def register(self, new: NewParticipant, *, once: str | None = None) -> Ask[Participant]:
        """Register a person. Whether anybody else knows the person makes no difference to the answer."""
        return post(at("participants"), new, Participant, once=once)

    @call
    def get(self, participant: Id) -> Ask[Participant]:
        """One person."""
        return get(at("participants", participant), Participant)

    @call
    def change(
        self, participant: Id, change: ParticipantChange, *, revision: int | None = None, once: str | None = None
    ) -> Ask[Participant]:
        """Change what is recorded. With the `revision` that you read, `Stale` is raised if somebody else was quicker."""
        return patch(at("participants", participant), change, Participant, once=once, revision=revision)

    @listed
    def list(self, q: str | None = None, *, limit: int | None = None) -> Listing[ParticipantListed]:
        """Everybody, or those whom `q` finds, the likeliest first: a name however it is spelled, a birth date, a phone number, an id, your
        own reference, or several of them. `limit` is a page's length."""
        return listing(at("participants"), ParticipantPage, q=q, limit=limit)

    @listed
    def timeline(self, participant: Id) -> Listing[Moment]:
        """What happened to a person, oldest first."""
        return listing(at("participants", participant, "timeline"), Timeline)

    @listed
    def participations(self, participant: Id) -> Listing[ParticipationExplained]:
        """A person's participations, oldest first, each with what keeps it open."""
        return listing(at("participants", participant, "participations"), Participations)


class Enrollments(Resource[By]):
    """People on their way along career paths."""

    @call
    def enroll(self, new: NewEnrollment, *, once: str | None = None) -> Ask[Recorded]:
        """Start somebody on a version of a career path."""
        return post(at("enrollments"), new, Recorded, once=once)

    @call
    def get(self, enrollment: Id) -> Ask[Enrollment]:
        """One enrollment, with the steps of its path."""
        return get(at("enrollments", enrollment), Enrollment)

    @listed
    def list(
        self,
        *,
        participant: Id | None = None,
        partner: Id | None = None,
        career_path: str | None = None,
        status: EnrollmentStatus | None = None,
        region: tuple[str, str] | None = None,
        limit: int | None = None,
    ) -> Listing[EnrollmentSummary]:
        """Enrollments, oldest first. `region` is a region system and a region's code; `limit` is a page's length."""
        system, code = region or (None, None)
        where = {"participant": participant, "partner": partner, "system": system, "region": code}
        return listing(at("enrollments"), EnrollmentPage, career_path=career_path, status=status, limit=limit, **where)

    @call
    def complete_step(self, enrollment: Id, new: NewStepCompletion, *, once: str | None = None) -> Ask[Recorded]:
        """A step of the path was finished."""
        return post(at("enrollments", enrollment, "step-completions"), new, Recorded, once=once)

    @call
    def complete(self, enrollment: Id, ending: Ending, *, revision: int | None = None, once: str | None = None) -> Ask[Recorded]:
        """The path is finished."""
        return post(at("enrollments", enrollment, "completion"), ending, Recorded, once=once, revision=revision)

    @call
    def withdraw(self, enrollment: Id, ending: Ending, *, revision: int | None = None, once: str | None = None) -> Ask[Recorded]:
        """The person left the path before its end."""
        return post(at("enrollments", enrollment, "withdrawal"), ending, Recorded, once=once, revision=revision)


class Services(Resource[By]):
    """What is done for people."""

    @call
    def record(self, participant: Id, new: NewService, *, once: str | None = None) -> Ask[Recorded]:
        """Something was done for a person."""
        return post(at("participants", participant, "services"), new, Recorded, once=once)

    @call
    def record_enrolled(self, enrollment: Id, new: NewServiceOfEnrollment, *, once: str | None = None) -> Ask[Recorded]:
        """Something was done as part of an enrollment."""
        return post(at("enrollments", enrollment, "services"), new, Recorded, once=once)

    @call
    def catalogue(self) -> Ask[ServiceCatalogue]:
        """Every kind of service."""
        return get(at("service-catalogue"), ServiceCatalogue)


class PlannedServices(Resource[By]):
    """What is documented for a later day."""

    @call
    def record(self, participant: Id, new: NewPlannedService, *, once: str | None = None) -> Ask[Recorded]:
        """A service is planned: until its day the participation stays open."""
        return post(at("participants", participant, "planned-services"), new, Recorded, once=once)


class Credentials(Resource[By]):
    """What people were awarded."""

    @call
    def record(self, participant: Id, new: NewCredential, *, once: str | None = None) -> Ask[Recorded]:
        """A person was awarded a credential."""
        return post(at("participants", participant, "credentials"), new, Recorded, once=once)

    @call
    def record_enrolled(self, enrollment: Id, new: NewCredentialOfEnrollment, *, once: str | None = None) -> Ask[Recorded]:
        """An enrollment led to a credential."""
        return post(at("enrollments", enrollment, "credentials"), new, Recorded, once=once)


class EmploymentRecords(Resource[By]):
    """Evidence of work."""

    @call
    def record(self, participant: Id, new: NewEmploymentRecord, *, once: str | None = None) -> Ask[EmploymentRecord]:
        """A quarter of work for an employer."""
        return post(at("participants", participant, "employment-records"), new, EmploymentRecord, once=once)

    @listed
    def list(self, participant: Id, *, limit: int | None = None) -> Listing[EmploymentRecord]:
        """A person's quarters of work, as far as you may see them."""
        return listing(at("participants", participant, "employment-records"), EmploymentRecordPage, limit=limit)


class Regions(Resource[By]):
    """How the state is divided."""

    @listed
    def systems(self) -> Listing[RegionSystem]:
        """The ways in which it is divided."""
        return listing(at("region-systems"), RegionSystemPage)

    @listed
    def list(self, system: str, *, on: date | None = None, limit: int | None = None) -> Listing[Region]:
        """The regions of a system on a day."""
        return listing(at("region-systems", system, "regions"), RegionPage, on=on, limit=limit)

    @call
    def get(self, system: str, region: str, *, on: date | None = None) -> Ask[Region]:
        """One region."""
        return get(at("region-systems", system, "regions", region), Region, on=on)

    @call
    def put(self, system: str, edition: RegionEditionDefinition, *, dry_run: bool = False) -> Ask[EditionPlan]:
        """Let the regions of a system be these from a day on, listed by county."""
        return put(at("region-systems", system, "regions"), edition, EditionPlan, dry_run=dry_run)

    @call
    def put_drawn(self, system: str, geojson: Path, *, dry_run: bool = False, progress: Progress | None = None) -> Ask[EditionPlan]:
        """The same with regions that are drawn, out of a GeoJSON file, which is sent piece by piece."""
        drawn = Upload(geojson, "application/geo+json", progress)
        return put(at("region-systems", system, "regions"), drawn, EditionPlan, dry_run=dry_run)

    @fetched
    def download(self, system: str, to: Path, *, on: date | None = None, progress: Progress | None = None) -> Fetch:
        """The regions of a system on a day as GeoJSON."""
        return Fetch(at("region-systems", system, "regions.geojson"), query(on=on), to, progress)

    @call
    def locate(
        self,
        *,
        county: str | None = None,
        place: str | None = None,
        zip_code: str | None = None,
        point: tuple[float, float] | None = None,
        on: date | None = None,
    ) -> Ask[Location]:
        """The region in every system: of a county with its place, of a ZIP code, or of a point (longitude, latitude). Never a guess."""
        lon, lat = point or (None, None)
        return get(at("locate"), Location, county=county, place=place, zip=zip_code, lon=lon, lat=lat, on=on)


class Occupations(Resource[By]):
    """Occupations, their skills and wages."""

    @listed
    def list(self, q: str | None = None, *, limit: int | None = None) -> Listing[OccupationSummary]:
        """All, or those that words of a title or the beginning of a code find, best first."""
        return listing(at("occupations"), OccupationPage, q=q, limit=limit)

    @call
    def get(self, code: str, *, system: str | None = None, on: date | None = None) -> Ask[Occupation]:
        """One occupation by its SOC or O*NET code, with wages by the regions of `system`."""
        return get(at("occupations", code), Occupation, system=system, on=on)


class InDemandJobs(Resource[By]):
    """The jobs that are in demand in a region."""

    @call
    def get(self, system: str, region: str, *, on: date | None = None) -> Ask[InDemandJobList]:
        """The first of them, with what the list is and what it is not."""
        return get(at("region-systems", system, "regions", region, "in-demand-jobs"), InDemandJobList, on=on)

    @listed
    def list(self, system: str, region: str, *, on: date | None = None, limit: int | None = None) -> Listing[InDemandJob]:
        """All of them, by code, each with its evidence."""
        return listing(at("region-systems", system, "regions", region, "in-demand-jobs"), InDemandJobList, on=on, limit=limit)


class CareerPaths(Resource[By]):
    """The ways into in-demand jobs."""

    @listed
    def list(
        self,
        *,
        on: date | None = None,
        region: tuple[str, str] | None = None,
        status: Literal["draft", "published", "retired"] | None = None,
        limit: int | None = None,
    ) -> Listing[CareerPathSummary]:
        """Versions of paths: those alone that may be started on a day, or that are offered in a region (its system and code)."""
        system, code = region or (None, None)
        return listing(at("career-paths"), CareerPathPage, on=on, system=system, region=code, status=status, limit=limit)

    @call
    def get(self, key: str, *, version: int | None = None, on: date | None = None) -> Ask[CareerPath]:
        """One version: by its number, or the one that may be started on a day."""
        return get(at("career-paths", key), CareerPath, version=version, on=on)


class Partners(Resource[By]):
    """Boards, colleges, training providers, nonprofits and employers."""

    @listed
    def list(self, *, kind: PartnerKind | None = None, limit: int | None = None) -> Listing[Partner]:
        """All, by key, or those of a kind."""
        return listing(at("partners"), PartnerPage, kind=kind, limit=limit)

    @call
    def get(self, key: str) -> Ask[Partner]:
        """One partner."""
        return get(at("partners", key), Partner)


class Outcomes(Resource[By]):
    """What became of people, by region: unprotected, for the state's own staff."""

    @call
    def get(self, period: str, *, system: str | None = None) -> Ask[OutcomeTable]:
        """The table of a report period: kind@report-date, as `quarter@2026-09-30`."""
        return get(at("outcomes"), OutcomeTable, period=period, system=system)

    @fetched
    def download(
        self,
        form: OutcomeForm,
        to: Path,
        *,
        period: str,
        system: str | None = None,
        indicator: IndicatorName | None = None,
        population: Population | None = None,
        progress: Progress | None = None,
    ) -> Fetch:
        """The table as a file. A map, `svg` or `png`, is of one `indicator` and `population`."""
        asked = query(period=period, system=system, indicator=indicator, population=population)
        return Fetch(at(f"outcomes.{form}"), asked, to, progress)


class Releases(Resource[By]):
    """Certified, protected, frozen outcomes: what may be shown to anybody."""

    @listed
    def list(self, *, period: str | None = None, limit: int | None = None) -> Listing[Release]:
        """Releases, newest first."""
        return listing(at("releases"), ReleasePage, period=period, limit=limit)

    @call
    def latest(self) -> Ask[Release]:
        """The release in force of the latest period."""
        return get(at("releases", "latest"), Release)

    @call
    def get(self, release: Id) -> Ask[Release]:
        """One release, with its files."""
        return get(at("releases", release), Release)

    @call
    def figures(self, release: Id) -> Ask[ReleasedTable]:
        """Every figure of a release."""
        return get(at("releases", release, "figures"), ReleasedTable)

    @call
    def draft(self, period: str, *, later: bool = False, once: str | None = None) -> Ask[DraftedRelease]:
        """Draft the release of a report period. `later`: a worker does it, and `drafted` tells how it is going."""
        return replace(post(at("releases"), NewRelease(period=period), DraftedRelease, once=once), later=later)

    @call
    def revise(self, release: Id, says: str, *, later: bool = False, once: str | None = None) -> Ask[DraftedRelease]:
        """Draft a revision of a release in force, and say what changed."""
        return replace(post(at("releases", release, "revision"), NewRevision(says=says), DraftedRelease, once=once), later=later)

    @call
    def drafted(self, release: Id) -> Ask[DraftedRelease]:
        """One release as those see it who make it: how far a draft is, and what was proved."""
        return get(at("releases", release), DraftedRelease)

    @call
    def certify(self, release: Id, *, once: str | None = None) -> Ask[DraftedRelease]:
        """Let everybody read a draft that somebody else made."""
        return post(at("releases", release, "certification"), Nothing(), DraftedRelease, once=once)

    @call
    def withdraw(self, release: Id, because: str, *, once: str | None = None) -> Ask[DraftedRelease]:
        """Hand out a published release no more, and say why."""
        return post(at("releases", release, "withdrawal"), Withdrawal(because=because), DraftedRelease, once=once)

    @fetched
    def download(self, release: Id, form: Form, to: Path, *, progress: Progress | None = None) -> Fetch:
        """One of its frozen files, held against its SHA-256."""
        return Fetch(at("releases", f"{release}.{form}"), {}, to, progress)
