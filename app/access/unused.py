"""Ending the accounts that nobody uses."""

from app import clock
from app.access.origin import Origin
from app.access.people import People, retiring
from app.access.roster import administering_roles
from app.records.people.account_changes import nothing_to_check
from app.records.people.account_search import LastAdministrator, require_another
from app.records.people.accounts import Account


def end_unused(people: People, origin: Origin) -> tuple[list[Account], list[Account]]:
    """Disable the accounts that nobody signed in to for too long. Somebody must remain who
    administers accounts. Those that were disabled, and those that had to stay.

    Raises:
        RecordsUnavailable: the database failed; those before are disabled.
    """
    at, ended, kept = clock.now(), list[Account](), list[Account]()
    for account in people.accounts.page():
        if not account.lies_unused(at, people.lockout):
            continue
        check = require_another(account.id, administering_roles())
        if account.role not in administering_roles():
            check = nothing_to_check
        try:
            if people.accounts.retire(account, at, retiring(origin)(account), check):
                ended.append(account)
        except LastAdministrator:
            kept.append(account)
    return ended, kept
