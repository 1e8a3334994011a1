"""Accounts to look around with, one for each role of people.

Only for a service that nobody but this machine reaches.
"""

from dataclasses import dataclass

from app.access.origin import Origin
from app.access.roster import NewAccount, Roster, peoples_roles

ORGANIZATIONS = {
    "eligibility_worker": "demonstration-office",
    "supervisor": "demonstration-office",
    "opp_reviewer": "demonstration-patient-protection",
    "division_staff": "demonstration-division",
}


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """One account with its one-time password.

    Without one where somebody has chosen a password for it already.
    """

    name: str
    role: str
    one_time_password: str | None


def make_demonstration_accounts(roster: Roster, origin: Origin) -> list[DemonstrationAccount]:
    """Make an account for each role, named like `demo-auditor`, each with a generated one-time
    password to be printed once.

    Where one waits for its first sign-in still, it gets a new one-time password, since the former
    was printed and is gone.

    Raises:
        TooManyAtOnce, RecordsUnavailable: they could not be made.
    """
    made = []
    for role in peoples_roles():
        name = f"demo-{role.replace('_', '-')}"
        account = roster.accounts.named(name)
        if account is None:
            one_time = roster.create(NewAccount(name, role, ORGANIZATIONS.get(role)), origin)[1]
        elif account.must_change and not account.is_disabled:
            one_time = roster.reset_password(account, origin)
        else:
            one_time = None
        made.append(DemonstrationAccount(name, role, one_time))
    return made
