"""A desk over a database of its own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.access.origin import Origin
from app.access.principal import Principal
from app.access.roles import shipped_roles
from app.records.applicants.encryption import KeyRing
from app.records.database import open_database
from app.records.identity import new_id
from app.records.store import Store
from app.records.waivers.waiver_requests import WaiverRequest
from app.waivers.desk import Desk, Taker, Taking

Make = Callable[[], Store]
NOW = datetime(2011, 2, 16, 15, tzinfo=UTC)
RECEIVED_ON = date(2011, 2, 16)
RING = KeyRing({"k1": bytes(range(32))}, bytes(32))


def somebody(actor: str, role: str, organization: str = "office-1") -> Principal:
    """A person or machine of a role, as the shipped roles have it."""
    return shipped_roles().principal(f"account:{actor}", role, organization)


def taker(by: Principal) -> Taker:
    return Taker(by, Origin(by.actor))


WORKER = taker(somebody("worker", "eligibility_worker"))
REVIEWER = taker(somebody("reviewer", "opp_reviewer", "opp"))
SECOND = taker(somebody("second", "opp_reviewer", "opp"))
CHIEF = taker(somebody("chief", "opp_supervisor", "opp"))
CARRIER = taker(somebody("carrier", "carrier_system", "carrier-1"))


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    store = Store(open_database(database_url))
    yield store
    store.close()


@pytest.fixture
def make_store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Make]:
    """Makes a further, empty database."""
    made = list[Store]()

    def making() -> Store:
        file = tmp_path / f"further-{len(made)}.sqlite"
        shutil.copy(migrated_sqlite, file)
        made.append(Store(open_database(f"sqlite:///{file}")))
        return made[-1]

    yield making
    for store in made:
        store.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, RING)


def received(
    desk: Desk, by: Taker = WORKER, taking: Taking | None = None, subject: str = "case-1"
) -> WaiverRequest:
    """A request that has just come in."""
    new = WaiverRequest(
        id=new_id(NOW),
        subject=subject,
        organization=by.principal.organization,
        carrier="carrier-1",
        denial=None,
        denial_subject=None,
        denial_organization=None,
        state="received",
        version=1,
        entered_by=by.principal.actor,
        received_on=RECEIVED_ON,
        changed_at=NOW,
    )
    return desk.receive(new, by, taking or Taking())
