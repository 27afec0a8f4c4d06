"""What refuses a partner, a site, a service region or an agreement. All are set-wise: over one row of binds or a staging table."""

from sqlalchemy import BigInteger, ColumnElement, Date, Text, Uuid, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from app.core.acts import By, Candidate, Checks, Refusing
from app.partners.models import AGREEMENTS, KINDS, Agreement, Partner, ServiceRegion, Site
from app.regions.models import Region, RegionEdition
from app.regions.rules import COUNTY

KEY = r"^[a-z][a-z0-9_]{1,62}$"

REGISTERING = Checks("register_partner", key=Text, name=Text, kind=Text, board_code=Text, active_from=Date, active_until=Date)
ADDING_SITE = Checks("add_site", partner=Uuid, key=Text, name=Text, address=Text, county=Text)
SERVING = Checks("serve_region", partner=Uuid, system=Text, region=Text, valid_from=Date, valid_until=Date)
# `with_partner` is a key: whoever agrees knows the other's name and not its id.
AGREEING = Checks("agree", partner=Uuid, kind=Text, with_partner=Text, valid_from=Date, valid_until=Date, source=Text)


def unless(claim: ColumnElement[bool]) -> Refusing:
    """Refuse unless the claim surely holds: what is not given (NULL) is no excuse."""
    return not_(func.coalesce(claim, false()))


def _said(text: ColumnElement[str]) -> Refusing:
    return unless(func.btrim(text) != "")


@REGISTERING.refuse("key")
@ADDING_SITE.refuse("key")
def key_malformed(c: Candidate, by: type[By]) -> Refusing:
    """The key is no name for machines: two to 63 lower-case letters, digits and underscores, the first a letter."""
    return unless(c.key.regexp_match(KEY))


@REGISTERING.refuse("key", kept_by="partners_key_once")
def key_taken(c: Candidate, by: type[By]) -> Refusing:
    """There is a partner with this key already."""
    return exists().where(Partner.key == c.key).correlate_except(Partner)


@REGISTERING.refuse("name")
@ADDING_SITE.refuse("name")
def no_name(c: Candidate, by: type[By]) -> Refusing:
    """The name is missing."""
    return _said(c.name)


@REGISTERING.refuse("kind", kept_by="partners_kind_known")
def kind_unknown(c: Candidate, by: type[By]) -> Refusing:
    """The kind is none of workforce_board, community_college, training_provider, nonprofit and employer."""
    return unless(c.kind.in_(KINDS))


@REGISTERING.refuse("board_code")
def not_a_boards(c: Candidate, by: type[By]) -> Refusing:
    """Only a workforce board has a board code: the five digits of PIRL 108-A."""
    return and_(c.board_code.is_not(None), not_(and_(c.kind == "workforce_board", c.board_code.regexp_match("^[0-9]{5}$"))))


@REGISTERING.refuse("active_from")
def no_first_day(c: Candidate, by: type[By]) -> Refusing:
    """The first day is missing."""
    return and_(c.active_from.is_(None))


@REGISTERING.refuse("active_until", kept_by="partners_ends_after_it_begins")
def ends_before_it_begins(c: Candidate, by: type[By]) -> Refusing:
    """It ends before it has begun."""
    return and_(c.active_until <= c.active_from)


def _partner_unknown(c: Candidate, by: type[By]) -> Refusing:
    """There is no such partner."""
    return not_(exists().where(Partner.id == c.partner).correlate_except(Partner))


for adding, constraint in (
    (ADDING_SITE, "sites_partner_known"),
    (SERVING, "service_regions_partner_known"),
    (AGREEING, "agreements_partner_known"),
):
    adding.refuse("partner", kept_by=constraint)(_partner_unknown)


@ADDING_SITE.refuse("key", kept_by="sites_key_once_a_partner")
def site_key_taken(c: Candidate, by: type[By]) -> Refusing:
    """The partner has a site with this key already."""
    return exists().where(Site.partner == c.partner, Site.key == c.key).correlate_except(Site)


@ADDING_SITE.refuse("county")
def county_unknown(c: Candidate, by: type[By]) -> Refusing:
    """This is not the FIPS code of a county of this state."""
    counties = exists().where(RegionEdition.system == COUNTY, Region.edition == RegionEdition.id, Region.code == c.county)
    return not_(counties.correlate_except(Region, RegionEdition))


@SERVING.refuse("region", kept_by="service_regions_system_known")
def region_unknown(c: Candidate, by: type[By]) -> Refusing:
    """The system has no such region on the first day."""
    held = and_(
        RegionEdition.system == c.system,
        RegionEdition.valid_from <= c.valid_from,
        or_(RegionEdition.valid_until.is_(None), RegionEdition.valid_until > c.valid_from),
    )
    return not_(exists().where(held, Region.edition == RegionEdition.id, Region.code == c.region).correlate_except(Region, RegionEdition))


@SERVING.refuse("valid_from")
@AGREEING.refuse("valid_from")
def no_beginning(c: Candidate, by: type[By]) -> Refusing:
    """The first day is missing."""
    return and_(c.valid_from.is_(None))


@SERVING.refuse("valid_from")
@AGREEING.refuse("valid_from")
def partner_ended(c: Candidate, by: type[By]) -> Refusing:
    """The partner does not serve people any more on the first day."""
    return exists().where(Partner.id == c.partner, Partner.active_until <= c.valid_from).correlate_except(Partner)


def _never_holds(c: Candidate, by: type[By]) -> Refusing:
    """It ends before it has begun."""
    return and_(c.valid_until <= c.valid_from)


SERVING.refuse("valid_until", kept_by="service_regions_ends_after_it_begins")(_never_holds)
AGREEING.refuse("valid_until", kept_by="agreements_ends_after_it_begins")(_never_holds)


def _overlaps(of: type[ServiceRegion] | type[Agreement], c: Candidate) -> ColumnElement[bool]:
    """Whether a recorded span and the candidate's have a day in common."""
    return and_(
        or_(of.valid_until.is_(None), of.valid_until > c.valid_from),
        or_(c.valid_until.is_(None), c.valid_until > of.valid_from),
    )


@SERVING.refuse("region", kept_by="service_regions_once")
def serves_already(c: Candidate, by: type[By]) -> Refusing:
    """The partner serves this region on some of these days already. End that first, or begin later."""
    same = (ServiceRegion.partner == c.partner, ServiceRegion.system == c.system, ServiceRegion.region == c.region)
    return exists().where(*same, _overlaps(ServiceRegion, c)).correlate_except(ServiceRegion)


@AGREEING.refuse("kind", kept_by="agreements_kind_known")
def agreement_unknown(c: Candidate, by: type[By]) -> Refusing:
    """The kind is none of share_records, wage_match and wage_disclosure."""
    return unless(c.kind.in_(AGREEMENTS))


@AGREEING.refuse("with_partner", kept_by="agreements_sharing_is_with_somebody")
def not_with_somebody(c: Candidate, by: type[By]) -> Refusing:
    """Records are shared with a partner: name it. What is agreed about wages is agreed with the state: name none."""
    return and_((c.kind == "share_records").is_distinct_from(c.with_partner.is_not(None)))


@AGREEING.refuse("with_partner", kept_by="agreements_with_partner_known")
def other_partner_unknown(c: Candidate, by: type[By]) -> Refusing:
    """There is no partner with this key."""
    return and_(c.with_partner.is_not(None), not_(exists().where(Partner.key == c.with_partner).correlate_except(Partner)))


@AGREEING.refuse("with_partner")
def with_itself(c: Candidate, by: type[By]) -> Refusing:
    """A partner sees its own records without an agreement."""
    return exists().where(Partner.key == c.with_partner, Partner.id == c.partner).correlate_except(Partner)


@AGREEING.refuse("source")
def no_source(c: Candidate, by: type[By]) -> Refusing:
    """Say where the agreement is written down."""
    return _said(c.source)


@AGREEING.refuse("valid_from", kept_by="agreements_once")
def agreed_already(c: Candidate, by: type[By]) -> Refusing:
    """This is agreed for some of these days already. End that first, or begin later."""
    other = aliased(Partner, name="other")
    named = select(other.id).where(other.key == c.with_partner).correlate_except(other).scalar_subquery()
    same = (Agreement.partner == c.partner, Agreement.kind == c.kind, Agreement.with_partner.is_not_distinct_from(named))
    return exists().where(*same, _overlaps(Agreement, c)).correlate_except(Agreement)


CHANGING = Checks(
    "change_partner", partner=Uuid, kind=Text, name=Text, board_code=Text, active_from=Date, active_until=Date, revision=BigInteger
)
CHANGING_SITE = Checks("change_site", site=Uuid, name=Text, address=Text, county=Text, revision=BigInteger)
CHANGING_SITE.also(ADDING_SITE, "no_name", "county_unknown")
CHANGING.also(REGISTERING, "no_name", "not_a_boards", "no_first_day", "ends_before_it_begins")


def ending(of: type[ServiceRegion] | type[Agreement], act: str) -> Checks:
    """What refuses the end of something that holds: a row of `of`, by its partner and id."""
    checks = Checks(act, partner=Uuid, which=Uuid, valid_until=Date)

    def found(c: Candidate, *claims: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(of.id == c.which, of.partner == c.partner, *claims).correlate_except(of)

    def not_there(c: Candidate, by: type[By]) -> Refusing:
        """The partner has no such thing."""
        return not_(found(c))

    def ended_already(c: Candidate, by: type[By]) -> Refusing:
        """It ends by then already."""
        return found(c, of.valid_until <= c.valid_until)

    def not_begun(c: Candidate, by: type[By]) -> Refusing:
        """It has not begun by then. It ends on a later day than it begins."""
        return found(c, of.valid_from >= c.valid_until)

    checks.refuse("which")(not_there)
    checks.refuse("valid_until")(ended_already)
    checks.refuse("valid_until", kept_by=f"{of.__tablename__}_ends_after_it_begins")(not_begun)
    return checks
