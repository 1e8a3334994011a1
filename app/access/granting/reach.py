"""What lies above somebody's own reach, and secrets in two parts."""

from dataclasses import dataclass

from app.access.passwords import one_time_password
from app.access.principal import Principal
from app.access.roles import Roles
from app.records.visibility import Reach

HALF_PASSWORD = 12
"""The first so many characters of a one-time password are its first part: two of its four groups,
each with its hyphen. Each part carries nearly 50 bits.
"""
HALF_KEY = 35
"""The first so many characters of a key are its first part: its public beginning and 21 of the 43
that carry its secret.
"""


class OwnAccount(Exception):
    """Somebody would change the role or the organization of their own account."""


def is_above(
    roles: Roles,
    by: Principal,
    role: str,
    organization: str | None,
    scopes: tuple[str, ...] | None = None,
) -> bool:
    """Whether a role in an organization, limited to some of its permissions, lies above somebody's
    own reach: it may do something that they may not, or sees a determination that they do not.

    Raises:
        UnknownRole, OrganizationNeeded: as for `Roles.reach`.
    """
    granted = roles.principal(by.actor, role, organization, scopes)
    return not (granted.permissions <= by.permissions and _covers(by.reach, granted.reach))


def _covers(own: Reach, other: Reach) -> bool:
    """Whether every determination in the other reach is in somebody's own."""
    if own.everything:
        return True
    return (
        not other.everything
        and other.organization in (None, own.organization)
        and other.questions <= own.questions
    )


@dataclass(frozen=True, slots=True)
class Halves:
    """A secret in two parts: the proposer reads the first, the approver the second. So neither of
    them can use what they made for another person or a program.
    """

    whole: str
    first: str
    second: str


def halved_password() -> Halves:
    """A new one-time password in two parts, which together are the password."""
    whole = one_time_password()
    return Halves(whole, whole[:HALF_PASSWORD], whole[HALF_PASSWORD:])


def halved_key(whole: str) -> Halves:
    """A key in two parts. The parts together are the key."""
    return Halves(whole, whole[:HALF_KEY], whole[HALF_KEY:])
