"""What can be permitted, and the roles that bundle it. Routes declare permissions, never roles."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a route does. The value is what `/v1/me` prints."""

    READ_DEFINITIONS = "definitions:read"  # regions, in-demand jobs, career paths, the service catalogue
    WRITE_DEFINITIONS = "definitions:write"
    READ_PARTNERS = "partners:read"
    WRITE_PARTNERS = "partners:write"
    READ_PEOPLE = "people:read"  # those whom the caller may see; every read of a person is audited
    REGISTER = "people:register"
    MERGE = "people:merge"  # say which records are one person: the state's own staff, since it tells who else knows somebody
    ENROLL = "enrollments:write"
    SERVE = "services:write"  # services, step completions, credentials, completion and withdrawal
    RECORD_EMPLOYMENT = "employment:write"
    VOID = "records:void"
    IMPORT = "imports:write"
    READ_OUTCOMES = "outcomes:read"  # unprotected figures: the state's own staff alone
    READ_RELEASES = "releases:read"
    WRITE_RELEASES = "releases:write"  # draft a release, or a revision of one; drafts are shown to nobody else
    CERTIFY_RELEASES = "releases:certify"  # let anybody read a release that somebody else drafted
    READ_AUDIT = "audit:read"


class Role(StrEnum):
    """A bundle of permissions, given to a key."""

    STATE_ADMIN = "state_admin"
    BOARD_STAFF = "board_staff"
    COLLEGE_STAFF = "college_staff"
    POLICYMAKER = "policymaker"
    AUDITOR = "auditor"


_EVERYBODY = frozenset({Permission.READ_DEFINITIONS, Permission.READ_RELEASES})
_CASEWORK = _EVERYBODY | {Permission.READ_PARTNERS, Permission.READ_PEOPLE, Permission.REGISTER, Permission.ENROLL, Permission.SERVE}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.STATE_ADMIN: frozenset(Permission),
    Role.BOARD_STAFF: _CASEWORK | {Permission.RECORD_EMPLOYMENT, Permission.VOID, Permission.IMPORT},
    Role.COLLEGE_STAFF: _CASEWORK | {Permission.VOID},
    Role.POLICYMAKER: _EVERYBODY,
    Role.AUDITOR: _EVERYBODY | {Permission.READ_PARTNERS, Permission.READ_PEOPLE, Permission.READ_OUTCOMES, Permission.READ_AUDIT},
}

OF_A_PARTNER = frozenset({Role.BOARD_STAFF, Role.COLLEGE_STAFF})  # these keys belong to one partner; the others to the state
