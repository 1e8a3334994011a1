"""What becomes of requests in time: forgotten, held, disposed of, under a new key, in a backup."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.access.origin import Origin
from app.records.applicants.applicants import Applicant, Applicants, Person
from app.records.applicants.encryption import KeyRing
from app.records.applicants.forgetting import UnderHold, forget
from app.records.applicants.key_rotation import count_encrypted, rotate
from app.records.changing import locked, write
from app.records.disposing.candidates import HELD
from app.records.disposing.marks import candidates_of
from app.records.entries import AuditEntry
from app.records.holds import Hold, place_hold
from app.records.identity import new_id
from app.records.ledger.backup import back_up, restore
from app.records.store import Store
from app.records.verifying.verification import verify
from app.records.waivers.crosscheck import DIFFERS
from app.records.waivers.waiver_requests import WaiverRequest
from app.records.waivers.waiver_tables import waiver_requests
from app.waivers.desk import Desk, Paper, Taking, UnknownRequest
from app.waivers.disposable import WAIVER
from app.waivers.late import mark_late
from tests.disposing import dispose_of
from tests.sealing import seal_everything
from tests.waivers.conftest import (
    CHIEF,
    NOW,
    RING,
    WORKER,
    Make,
    received,
    somebody,
    taker,
)
from tests.waivers.test_steps import State, brought_to

BY = Origin("command:tests")
WRITTEN = "I lost my job and did not know."
FILE = b"%PDF-1.7 a notice"
TAKING = Taking(
    {"denial": {}, "reason": "no_choice"},
    {"circumstances": WRITTEN},
    [Paper("denial_notice", "2011-02-16", "application/pdf", FILE)],
)
THEIRS = taker(somebody("theirs", "eligibility_worker", "office-2"))
LATER = datetime(2031, 1, 1, tzinfo=UTC)
RUN = datetime(2038, 1, 1, tzinfo=UTC)


def forgotten(id: str) -> AuditEntry:
    return BY.did("waiver.forgotten", id, kind="waiver")


def of_applicant(subject: str) -> AuditEntry:
    return BY.did("applicant.forgotten", subject, kind="applicant")


def hold(store: Store, kind: str, object_id: str) -> None:
    held = Hold(new_id(NOW), kind, object_id, "Matter 1", "account:1", NOW)
    place_hold(store, held, BY.did("hold.placed", object_id, kind=kind))


def written_in(desk: Desk, request: WaiverRequest) -> list[str]:
    return list(desk.texts(desk.requests.steps(request.id)).values())


def file_of(desk: Desk, request: WaiverRequest) -> bytes | None:
    [paper] = desk.requests.steps(request.id)[0].content["papers"]
    found = desk.paper(request, paper["id"])
    return None if found is None else found[1]


def withdrawn(desk: Desk) -> WaiverRequest:
    request = received(desk, WORKER, TAKING)
    return desk.take(request.id, "withdraw", WORKER, 1, NOW)


def test_forgetting_a_subject_deletes_what_was_written_and_leaves_the_seals(desk: Desk) -> None:
    ours, theirs = received(desk, WORKER, TAKING), received(desk, THEIRS, TAKING)
    seal_everything(desk.store)
    assert ([WRITTEN], FILE) == (written_in(desk, ours), file_of(desk, ours))

    assert not forget(desk.store, "case-1", of_applicant, forgotten)
    assert [WRITTEN] == written_in(desk, ours)
    assert forget(desk.store, "case-1", of_applicant, forgotten, "office-1")

    assert ([], None) == (written_in(desk, ours), file_of(desk, ours))
    assert ([WRITTEN], FILE) == (written_in(desk, theirs), file_of(desk, theirs))
    seal_everything(desk.store)
    assert () == verify(desk.store).complaints


def test_forgetting_an_applicant_forgets_the_requests_of_their_organization(desk: Desk) -> None:
    ours, theirs = received(desk, WORKER, TAKING), received(desk, THEIRS, TAKING)
    person = Person("Ana Lu", date(1980, 1, 1))
    applicant = Applicant(new_id(NOW), "case-1", "office-2", person, NOW, "account:1", NOW)
    entry = BY.did("applicant.created", "case-1", kind="applicant")
    Applicants(desk.store, RING).keep(applicant, entry)

    assert forget(desk.store, "case-1", of_applicant, forgotten, "office-1")
    assert ([WRITTEN], []) == (written_in(desk, ours), written_in(desk, theirs))


@pytest.mark.parametrize("kind", ["subject", "determination"])
def test_a_hold_keeps_requests_texts_and_files(desk: Desk, kind: str) -> None:
    request = withdrawn(desk)
    denial = new_id(NOW)
    with_denial = replace(request, id=new_id(NOW), denial=denial, version=1, subject="case-2")
    desk.receive(with_denial, WORKER, TAKING)
    seal_everything(desk.store)
    held, subject = ("case-1", "case-1") if kind == "subject" else (denial, "case-2")
    kept = request.id if kind == "subject" else with_denial.id
    hold(desk.store, kind, held)

    with pytest.raises(UnderHold):
        forget(desk.store, subject, of_applicant, forgotten, "office-1")
    may_go = {each.id: each.kept_by for each in candidates_of(desk.store, WAIVER, LATER)}
    assert {kept: HELD, **dict.fromkeys(may_go.keys() - {kept})} == may_go
    assert 2 == len(may_go)
    dispose_of(desk.store, RUN, "waiver")
    assert kept == desk.find(kept, CHIEF.principal).id


def test_a_request_whose_time_is_over_is_disposed_of_with_proof(desk: Desk) -> None:
    old, open_one = withdrawn(desk), received(desk, WORKER, TAKING)

    def due(before: datetime) -> list[str]:
        found = candidates_of(desk.store, WAIVER, before)
        return [each.id for each in found if each.kept_by is None]

    assert [] == due(LATER)  # no seal covers it yet
    seal_everything(desk.store)
    assert ([], [old.id]) == (due(NOW), due(LATER))
    assert [] == dispose_of(desk.store, RUN, "waiver")

    with pytest.raises(UnknownRequest):
        desk.find(old.id, CHIEF.principal)
    assert [] == desk.requests.steps(old.id)
    assert [WRITTEN] == written_in(desk, open_one)
    assert () == verify(desk.store).complaints


def test_a_new_key_takes_texts_and_files_along(desk: Desk) -> None:
    request = received(desk, WORKER, TAKING)
    seal_everything(desk.store)
    old, new = bytes(range(32)), bytes(range(1, 33))
    both = KeyRing({"k2": new, "k1": old}, bytes(32))

    assert 2 == count_encrypted(desk.store)
    done = rotate(desk.store, both)
    assert (2, 0, {}, 0) == (done.rotated, done.current, done.unreadable, done.left)
    after = Desk(desk.store, KeyRing({"k2": new}, bytes(32)))
    assert ([WRITTEN], FILE) == (written_in(after, request), file_of(after, request))
    assert (0, 2) == ((again := rotate(desk.store, both)).rotated, again.current)
    assert () == verify(desk.store).complaints
    lost = rotate(desk.store, KeyRing({"k3": old}, bytes(32)))
    assert 2 == len(lost.unreadable)


def test_a_backup_holds_requests_with_texts_and_files(
    desk: Desk, make_store: Make, tmp_path: Path
) -> None:
    request = withdrawn(desk)
    seal_everything(desk.store)
    back_up(desk.store, tmp_path / "backup", NOW)
    other = Desk(make_store(), RING)
    restore(other.store, tmp_path / "backup")

    assert request == other.find(request.id, CHIEF.principal)
    assert ([WRITTEN], FILE) == (written_in(other, request), file_of(other, request))
    assert () == verify(other.store).complaints


def test_a_request_that_says_more_than_its_steps_is_named(desk: Desk) -> None:
    request = received(desk, WORKER, TAKING)
    with desk.store.writing() as connection:
        row = locked(connection, waiver_requests, waiver_requests.c.id == request.id)
        assert row is not None
        write(connection, waiver_requests, row, {"state": "granted"})
    seal_everything(desk.store)

    [named] = verify(desk.store).complaints
    assert (request.id, DIFFERS) == (named.object_id, named.what)


def granted(desk: Desk, tell_by: date | None) -> WaiverRequest:
    request = brought_to(desk, State.GRANTED)
    told = Taking(effect=lambda it: replace(it, tell_carrier_by=tell_by))
    return desk.take(request.id, "approval-received", WORKER, request.version, NOW, told)


def test_once_the_last_day_has_passed_the_service_says_so_once(desk: Desk) -> None:
    last = date(2011, 3, 21)
    late, unknown, told = granted(desk, last), granted(desk, None), granted(desk, last)
    desk.take(told.id, "carrier-told", WORKER, told.version, NOW)

    assert [] == mark_late(desk, last, NOW)
    assert [late.id] == mark_late(desk, last + timedelta(days=1), NOW)
    assert [] == mark_late(desk, last + timedelta(days=2), NOW)
    step = desk.requests.steps(late.id)[-1]
    assert ("not-told-in-time", "granted", "service") == (step.step, step.state, step.actor)
    assert "not-told-in-time" not in [it.step for it in desk.requests.steps(unknown.id)]
