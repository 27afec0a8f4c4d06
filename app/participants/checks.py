"""What refuses a registration or a change of what is recorded about a person. All are set-wise: over one row of binds or a staging table.

Nothing here tells whether a person is known to anybody else: names, birth dates and numbers are compared with no other record.
"""

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, LargeBinary, Text, Uuid, and_, exists, false, func, literal, not_, or_
from sqlalchemy.dialects.postgresql import JSONB

from app.core.acts import By, Candidate, Checks, Refusing
from app.participants.characters import out_of_place, says_something
from app.participants.models import PartnerReference, Residence
from app.participants.visibility import known
from app.partners.activity import inactive
from app.partners.models import Partner

RACES = ("american_indian_or_alaska_native", "asian", "black_or_african_american", "native_hawaiian_or_pacific_islander", "white")
"""PIRL 211 to 215 in words."""

YOUNGEST, OLDEST = 10, 110
"""Ages at which somebody registers; beyond them the year is mistyped."""

NUMBER = r"^\s*((?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}|(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4})\s*$"
"""What reads like a social security number that could exist."""

_ABOUT = {
    "first_name": Text,
    "last_name": Text,
    "birth_date": Date,
    "ssn_sealed": LargeBinary,
    "ssn_token": LargeBinary,
    "email": Text,
    "phone": Text,
    "address": Text,
    "residence": Uuid,
    "sex": Integer,
    "hispanic": Integer,
    "races": JSONB,
    "veteran": Integer,
}

REGISTERING = Checks("register", **_ABOUT, partner=Uuid, registered_on=Date, reference=Text)
CHANGING = Checks("change_participant", **_ABOUT, participant=Uuid, revision=BigInteger)


def unless(claim: ColumnElement[bool]) -> Refusing:
    """Refuse unless the claim surely holds: what is not given (NULL) is no excuse."""
    return not_(func.coalesce(claim, false()))


def looks_like_a_number(text: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a text could be a social security number, which has no place in any field but its own."""
    return and_(text.regexp_match(NUMBER))


@REGISTERING.refuse("first_name")
def no_first_name(c: Candidate, by: type[By]) -> Refusing:
    """The first name is missing. Write a dash for a person who has only one name."""
    return unless(says_something(c.first_name))


@REGISTERING.refuse("last_name")
def no_last_name(c: Candidate, by: type[By]) -> Refusing:
    """The last name is missing."""
    return unless(says_something(c.last_name))


def _plainly_written(*checks: Checks, field: str) -> None:
    """What people are found and told apart by has no character that nobody sees."""

    def hidden_character(c: Candidate, by: type[By]) -> Refusing:
        """This has a character that cannot be seen, or that turns the writing around: a control, zero-width, direction or private-use
        character, or what is left of a text in another encoding. It comes along when text is copied. Type it anew."""
        return out_of_place(c[field])

    hidden_character.__name__ = f"hidden_character_in_{field}"
    for each in checks:
        each.refuse(field)(hidden_character)


for _field in ("first_name", "last_name", "email", "phone", "address"):
    _plainly_written(REGISTERING, CHANGING, field=_field)
_plainly_written(REGISTERING, field="reference")


@REGISTERING.refuse("birth_date")
def no_birth_date(c: Candidate, by: type[By]) -> Refusing:
    """The birth date is missing."""
    return and_(c.birth_date.is_(None))


@REGISTERING.refuse("birth_date")
def born_in_the_future(c: Candidate, by: type[By]) -> Refusing:
    """The birth date has not come yet. Check the year."""
    return unless(or_(c.birth_date.is_(None), c.birth_date <= by.today))


@REGISTERING.refuse("birth_date")
def birth_date_implausible(c: Candidate, by: type[By]) -> Refusing:
    """The birth date makes the person younger than 10 or older than 110. Check the year."""
    age = func.date_part("year", func.age(by.today, c.birth_date))
    return and_(c.birth_date <= by.today, not_(age.between(YOUNGEST, OLDEST)))


@REGISTERING.refuse("sex")
def unknown_sex(c: Candidate, by: type[By]) -> Refusing:
    """The sex is not one of the codes of PIRL 201: 1 male, 2 female, 9 not disclosed."""
    return unless(c.sex.in_((1, 2, 9)))


@REGISTERING.refuse("hispanic")
def unknown_ethnicity(c: Candidate, by: type[By]) -> Refusing:
    """The ethnicity is not one of the codes of PIRL 210: 1 Hispanic or Latino, 0 not, 9 not disclosed."""
    return unless(c.hispanic.in_((0, 1, 9)))


@REGISTERING.refuse("races")
def unknown_race(c: Candidate, by: type[By]) -> Refusing:
    """The races are not those of PIRL 211 to 215: american_indian_or_alaska_native, asian, black_or_african_american,
    native_hawaiian_or_pacific_islander, white; none if not disclosed."""
    return unless(and_(func.jsonb_typeof(c.races) == "array", literal(list(RACES), JSONB).contains(c.races)))


@REGISTERING.refuse("veteran")
def unknown_veteran_status(c: Candidate, by: type[By]) -> Refusing:
    """The veteran status is not one of the codes of PIRL 300: 1 yes, 0 no, 9 not disclosed."""
    return unless(c.veteran.in_((0, 1, 9)))


@REGISTERING.refuse("email")
def email_malformed(c: Candidate, by: type[By]) -> Refusing:
    """This is no email address."""
    return and_(c.email.is_not(None), ~c.email.regexp_match(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"))


@REGISTERING.refuse("residence")
def residence_unknown(c: Candidate, by: type[By]) -> Refusing:
    """Where the person lives cannot be placed. Give the FIPS code of a county of this state, or the two letters of another state."""
    return not_(exists().where(Residence.id == c.residence).correlate_except(Residence))


@REGISTERING.refuse("partner")
def unknown_partner(c: Candidate, by: type[By]) -> Refusing:
    """There is no such partner."""
    return and_(c.partner.is_not(None), not_(exists().where(Partner.id == c.partner).correlate_except(Partner)))


@REGISTERING.refuse("partner")
def another_partner(c: Candidate, by: type[By]) -> Refusing:
    """You register people for your own organisation alone. Leave the partner out, or name your own."""
    return and_(c.partner != by.partner)


@REGISTERING.refuse("partner")
def partner_inactive(c: Candidate, by: type[By]) -> Refusing:
    """The partner does not serve people on that day."""
    return inactive(func.coalesce(c.partner, by.partner), c.registered_on)


@REGISTERING.refuse("registered_on")
def no_day_of_registration(c: Candidate, by: type[By]) -> Refusing:
    """The day of registration is missing."""
    return and_(c.registered_on.is_(None))


@REGISTERING.refuse("registered_on")
def registered_in_the_future(c: Candidate, by: type[By]) -> Refusing:
    """The day of registration has not come yet."""
    return unless(or_(c.registered_on.is_(None), c.registered_on <= by.today))


@REGISTERING.refuse("registered_on")
def registered_before_birth(c: Candidate, by: type[By]) -> Refusing:
    """The day of registration lies before the birth date."""
    return and_(c.registered_on < c.birth_date)


@REGISTERING.refuse("reference")
def reference_blank(c: Candidate, by: type[By]) -> Refusing:
    """The reference is blank. Leave it out, or give the id under which your own system knows the person."""
    return func.btrim(c.reference) == ""


@REGISTERING.refuse("reference")
def reference_without_partner(c: Candidate, by: type[By]) -> Refusing:
    """A reference is a partner's own id for the person. Name the partner."""
    return and_(c.reference.is_not(None), func.coalesce(c.partner, by.partner).is_(None))


@REGISTERING.refuse("reference")
def reference_is_a_number(c: Candidate, by: type[By]) -> Refusing:
    """The reference could be a social security number, which may not be used as one. Put a letter in front if it is your own id."""
    return looks_like_a_number(c.reference)


@REGISTERING.refuse("reference", kept_by="partner_references_key")
def reference_taken(c: Candidate, by: type[By]) -> Refusing:
    """You know another person under this reference already. Check whether it is the same one."""
    partner, reference = func.coalesce(c.partner, by.partner), func.btrim(c.reference)
    taken = exists().where(PartnerReference.partner == partner, PartnerReference.reference == reference)
    return taken.correlate_except(PartnerReference)


@CHANGING.refuse("participant")
def unknown_participant(c: Candidate, by: type[By]) -> Refusing:
    """There is no such participant, or none that you may see."""
    return not_(known(c.participant, by))


CHANGING.also(
    REGISTERING,
    *("no_first_name", "no_last_name", "no_birth_date", "born_in_the_future", "birth_date_implausible", "unknown_sex", "unknown_ethnicity"),
    *("unknown_race", "unknown_veteran_status", "email_malformed", "residence_unknown"),
)
