"""Approvals on both databases: a second person, one effect, nothing after the end, nothing that
changed meanwhile.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time
from sqlalchemy import text

from app import clock
from app.access.approvals import (
    AlreadyProposed,
    Approval,
    Approvals,
    Effect,
    NotPermitted,
    register,
)
from app.access.credentials import KEY, Wanted
from app.access.origin import Origin
from app.access.principal import Principal
from app.access.roles import shipped_roles
from app.api.http.asked.authentication import authenticator
from app.records.approvals import approvals as module
from app.records.organizations.organizations import Organizations
from app.records.store import Store
from tests.api.asking import problem
from tests.approving import RENAMED, RENAMING, proposal, renaming_known
from tests.audit import AuditTrail
from tests.callers import ORGANIZATION, bearing, client_of
from tests.organizations import know

PATH = "/v1/approvals"


@pytest.fixture(autouse=True)
def renaming() -> Iterator[None]:
    with renaming_known():
        yield


@pytest.fixture
def store(served: Flask) -> Store:
    found: Store = served.extensions["eligibility"].store
    know(found, "office-1", "elsewhere")
    return found


@pytest.fixture
def trail(store: Store) -> AuditTrail:
    return AuditTrail(store)


def key_by(served: Flask, by: str, role: str = "supervisor", office: str = ORGANIZATION) -> Any:
    """A new key that an actor made: its principal and a client that sends it."""
    with served.app_context():
        told = authenticator().credentials.create(Wanted(KEY, "key", role, office), Origin(by))
    actor = f"key:{told.credential.id}"
    return shipped_roles().principal(actor, role, office), bearing(
        served.test_client(), told.secret
    )


@pytest.fixture
def proposer(served: Flask, store: Store) -> Principal:
    found: Principal = key_by(served, "command:a")[0]
    return found


@pytest.fixture
def second(served: Flask, store: Store) -> FlaskClient:
    found: FlaskClient = key_by(served, "command:b")[1]
    return found


def propose(store: Store, by: Principal, **changes: Any) -> Approval:
    return Approvals(store).propose(proposal("office-1", **changes), by, Origin(by.actor))


def send(client: FlaskClient, approval: Approval, do: str = "approve", **body: str) -> Any:
    return client.post(
        f"{PATH}/{approval.id}/{do}",
        headers={"If-Match": f'"{approval.version}"', "Idempotency-Key": "1"},
        **({"json": body} if do == "refuse" else {}),
    )


def name_of(store: Store) -> str:
    return Organizations(store).name_of("office-1")


def test_a_second_person_approves_and_it_is_done(
    store: Store, proposer: Principal, second: FlaskClient, trail: AuditTrail
) -> None:
    approval = propose(store, proposer)
    trail.clear()
    [listed] = second.get(PATH).get_json()["approvals"]

    assert ("open", proposer.actor, "holds.write", "/v1/organizations/office-1") == (
        listed["state"],
        listed["proposed_by"],
        listed["permission"],
        listed["href"],
    )
    answer = send(second, approval)
    assert (200, '"2"', "approved") == (
        answer.status_code,
        answer.headers["ETag"],
        answer.get_json()["state"],
    )
    assert RENAMED == name_of(store)
    assert [] == second.get(PATH).get_json()["approvals"]
    assert answer.get_json() == second.get(f"{PATH}/{approval.id}").get_json()
    changed = ("organization.changed", "done")
    assert [changed, ("approval.approved", "done")] == trail.outcomes()
    assert (412, "precondition-failed") == problem(send(second, approval))
    assert (409, "approval-over") == problem(send(second, replace(approval, version=2)))


def test_the_proposer_does_not_approve(served: Flask, store: Store, trail: AuditTrail) -> None:
    by, client = key_by(served, "command:a")
    approval = propose(store, by)
    trail.clear()

    for do in ("approve", "refuse"):
        refused = send(client, approval, do, because="No.")
        assert (403, "second-person-needed") == problem(refused)
    assert RENAMED != name_of(store)
    assert [("approval.approved", "refused"), ("approval.refused", "refused")] == trail.outcomes()


def test_nor_does_a_key_that_the_proposer_made_nor_its_maker(served: Flask, store: Store) -> None:
    by, _ = key_by(served, "command:a")
    made, client = key_by(served, by.actor)
    made_by_that, further = key_by(served, made.actor)
    approval = propose(store, by)

    assert (403, "second-person-needed") == problem(send(client, approval))
    assert (403, "second-person-needed") == problem(send(further, approval))
    Approvals(store).withdraw(approval, by, Origin(by.actor))
    approval = propose(store, made_by_that)
    with pytest.raises(Exception, match="You proposed this"):
        Approvals(store).approve(approval, made, Origin(made.actor))


def test_nor_do_two_keys_that_one_account_made(served: Flask, store: Store) -> None:
    by, _ = key_by(served, "account:01925b1e-7e3f-7000-8000-000000000001")
    _, client = key_by(served, "account:01925b1e-7e3f-7000-8000-000000000001")
    _, other = key_by(served, "account:01925b1e-7e3f-7000-8000-000000000002")
    approval = propose(store, by)

    assert (403, "second-person-needed") == problem(send(client, approval))
    assert 200 == send(other, approval).status_code


def test_who_lacks_the_permission_neither_proposes_nor_sees_nor_approves(
    served: Flask, store: Store, proposer: Principal
) -> None:
    worker = shipped_roles().principal("key:1", "eligibility_worker", ORGANIZATION)
    with pytest.raises(NotPermitted):
        propose(store, worker)
    approval = propose(store, proposer)

    reviewer = client_of(served, "opp_reviewer")
    assert [] == reviewer.get(PATH).get_json()["approvals"]
    assert (404, "unknown-approval") == problem(reviewer.get(f"{PATH}/{approval.id}"))
    assert (404, "unknown-approval") == problem(send(reviewer, approval))
    assert (403, "forbidden") == problem(send(client_of(served), approval))


def test_another_organization_sees_nothing_of_it(
    served: Flask, store: Store, proposer: Principal
) -> None:
    approval = propose(store, proposer)
    elsewhere = client_of(served, "supervisor", "elsewhere")

    assert [] == elsewhere.get(PATH).get_json()["approvals"]
    assert (404, "unknown-approval") == problem(elsewhere.get(f"{PATH}/{approval.id}"))
    assert (404, "unknown-approval") == problem(send(elsewhere, approval))
    auditor = client_of(served, "auditor", None)
    assert [approval.id] == [each["id"] for each in auditor.get(PATH).get_json()["approvals"]]


def test_it_ends_after_seven_days(store: Store, proposer: Principal, second: FlaskClient) -> None:
    approval = propose(store, proposer)
    end = approval.proposed_at + timedelta(days=7)

    with freeze_time(end - timedelta(seconds=1)):
        assert 1 == len(second.get(PATH).get_json()["approvals"])
    with freeze_time(end):
        assert [] == second.get(PATH).get_json()["approvals"]
        assert "expired" == second.get(f"{PATH}/{approval.id}").get_json()["state"]
        assert (409, "approval-over") == problem(send(second, approval))
        assert propose(store, proposer).id != approval.id
    assert RENAMED != name_of(store)


def test_what_changed_since_it_was_proposed_is_not_done(
    store: Store, proposer: Principal, second: FlaskClient
) -> None:
    approval = propose(store, proposer)
    entry = Origin("command:x").did("organization.changed", "office-1", kind="organization")
    Organizations(store).change("office-1", {"kind": "office"}, entry, 1)

    assert (409, "effect-changed") == problem(send(second, approval))
    assert "open" == second.get(f"{PATH}/{approval.id}").get_json()["state"]
    assert RENAMED != name_of(store)


def test_it_is_refused_with_a_reason(
    store: Store, proposer: Principal, second: FlaskClient, trail: AuditTrail
) -> None:
    approval = propose(store, proposer)
    trail.clear()

    assert (422, "invalid-request") == problem(send(second, approval, "refuse", because=" "))
    refused = send(second, approval, "refuse", because="The name is right.")
    assert ("refused", "The name is right.") == (
        refused.get_json()["state"],
        refused.get_json()["reply"],
    )
    assert [("approval.refused", "done")] == trail.outcomes()
    assert RENAMED != name_of(store)


def test_only_its_proposer_withdraws_it(served: Flask, store: Store, second: FlaskClient) -> None:
    by, client = key_by(served, "command:a")
    approval = propose(store, by)

    assert (403, "second-person-needed") == problem(send(second, approval, "withdraw"))
    assert "withdrawn" == send(client, approval, "withdraw").get_json()["state"]
    stale = replace(approval, version=2)
    assert (409, "approval-over") == problem(send(second, stale))


def test_the_same_is_not_proposed_twice_at_a_time(store: Store, proposer: Principal) -> None:
    propose(store, proposer)

    with pytest.raises(AlreadyProposed):
        propose(store, proposer)


def test_what_the_effect_needs_is_stored_with_the_proposal_or_neither_is(
    store: Store, proposer: Principal, trail: AuditTrail
) -> None:
    trail.clear()

    def fail(*_: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Approvals(store).propose(
            proposal("office-1"), proposer, Origin(proposer.actor), stores=fail
        )

    assert [] == Approvals(store).waiting(proposer)
    assert [] == trail.outcomes()


def test_an_effect_that_fails_leaves_the_proposal_open(
    store: Store, proposer: Principal, second: FlaskClient
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    approval = propose(store, proposer)
    broken = replace(RENAMING, effect=Effect(RENAMING.effect.digest, fail))
    with pytest.raises(RuntimeError):
        Approvals(store, {broken.name: broken}).approve(
            approval, replace(proposer, actor="command:z"), Origin("command:z")
        )

    assert "open" == second.get(f"{PATH}/{approval.id}").get_json()["state"]


def test_nothing_is_done_without_its_entry(
    store: Store, proposer: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    approval = propose(store, proposer)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "enter", fail)
    with pytest.raises(RuntimeError):
        Approvals(store).approve(
            approval, replace(proposer, actor="command:z"), Origin("command:z")
        )
    assert RENAMED != name_of(store)


def test_of_two_who_approve_at_once_one_does(served: Flask, store: Store) -> None:
    by, _ = key_by(served, "command:a")
    others = [key_by(served, f"command:{n}")[1].environ_base["HTTP_AUTHORIZATION"] for n in "bcde"]
    for number in range(10):
        id = f"race-{number}"
        know(store, id)
        approval = Approvals(store).propose(proposal(id), by, Origin(by.actor))

        def approve(bearer: str, approval: Approval = approval) -> int:
            client = served.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = bearer
            return int(send(client, approval).status_code)

        with ThreadPoolExecutor(4) as pool:
            assert [200, 412, 412, 412] == sorted(pool.map(approve, others))
        renamed = Organizations(store).find(id)
        assert renamed is not None and (2, RENAMED) == (renamed.version, renamed.name)


def test_two_kinds_cannot_share_a_name() -> None:
    register(RENAMING)

    with pytest.raises(ValueError, match=RENAMING.name):
        register(replace(RENAMING, title="Something else"))


def test_an_approval_of_a_kind_that_this_version_does_not_know_does_nothing(
    store: Store, proposer: Principal
) -> None:
    approval = propose(store, proposer)
    unknowing = Approvals(store, {})

    assert [] == unknowing.waiting(proposer)
    assert unknowing.find(approval.id, proposer) is None
    with store.reading() as connection:
        kinds = connection.execute(text("SELECT kind FROM approvals")).scalars().all()
    assert [RENAMING.name] == kinds
    assert clock.now() < approval.ends_at
