"""How long attempts to sign in are held back after others have failed."""

from datetime import timedelta

from app.records.people.accounts import Lockout

FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 4, 29
"""So many failures in a row cost nothing; an address may be a whole office behind one router."""
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
ALTOGETHER = 100
"""After so many failures in a row only an administrator opens the account again (NIST SP 800-63B-4,
3.2.2).
"""
FOR_GOOD = timedelta(days=36_500)
UNUSED_DAYS = 60


def _doubling(failures: int) -> timedelta:
    """A minute after the first failure that costs, then twice as long each time, up to an hour."""
    return min(FIRST * (1 << min(failures - 1, 10)), LONGEST)


def of_account(failures: int) -> timedelta | None:
    """How long an account is locked after so many failures in a row; none where it is not."""
    if failures >= ALTOGETHER:
        return FOR_GOOD
    return None if failures <= FREE_FOR_ACCOUNT else _doubling(failures - FREE_FOR_ACCOUNT)


def of_address(failures: int) -> timedelta | None:
    """How long an address waits after so many failures, whichever accounts they were about.

    None where it need not.
    """
    return None if failures <= FREE_FOR_ADDRESS else _doubling(failures - FREE_FOR_ADDRESS)


LOCKOUT = Lockout(
    of_account, of_address, quiet=timedelta(hours=1), unused=timedelta(days=UNUSED_DAYS)
)
