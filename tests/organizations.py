"""Organizations that accounts and keys of tests name, made as an administrator makes them."""

from app.access.organizations import NewOrganization, OrganizationRegister
from app.access.origin import Origin
from app.access.roster import NewAccount, Roster
from app.records.entries import ResponseFor, no_response
from app.records.people.accounts import Account
from app.records.store import Store

ADMINISTRATOR = Origin("command:tests")


def know(store: Store, *ids: str | None) -> None:
    """Create the organizations of these ids that are not there yet; None is none."""
    register = OrganizationRegister(store)
    for id in ids:
        if id is not None and register.organizations.find(id) is None:
            register.create(NewOrganization(id, f"The organization {id}", "other"), ADMINISTRATOR)


class KnowingRoster(Roster):
    """A roster that knows every organization that a new account names."""

    def __init__(self, store: Store, roster: Roster) -> None:
        super().__init__(roster.accounts, roster._passwords)
        self._store = store

    def create(
        self,
        new: NewAccount,
        origin: Origin,
        password: str | None = None,
        response: ResponseFor = no_response,
    ) -> tuple[Account, str | None]:
        know(self._store, new.organization)
        return super().create(new, origin, password, response)
