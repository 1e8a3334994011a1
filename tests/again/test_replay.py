"""Deciding a kept determination again gives the same text to the byte, whatever became of the law.

And if not, it says where.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app import clock
from app.determinations.again.replay import replay
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from app.records.store import Store
from app.version import VERSION
from tests.again.conftest import Serving, Tamper
from tests.again.keeping import NOBODY, VISIT, made, small_law, trail
from tests.api.asking import CLOSED, problem
from tests.case_files import nested
from tests.determinations.any_case import cases
from tests.stored import document_of, record_of


def test_what_was_decided_is_decided_again_to_the_byte(
    client: FlaskClient, lawbook: Lawbook
) -> None:
    id = made(client, subject="case:7")

    answer = client.post(f"/v1/determinations/{id}/replay")

    assert 200 == answer.status_code
    agrees = {"id": id, "agrees": True, "law": {"digest": lawbook.digest}}
    assert {**agrees, "compared": "bytes", "made_by": VERSION} == answer.get_json()


def test_what_another_version_made_is_compared_in_meaning(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = made(client)
    monkeypatch.setattr("app.determinations.again.replay.VERSION", "a later version")

    answer = client.post(f"/v1/determinations/{id}/replay").get_json()

    assert (True, "meaning", VERSION) == (answer["agrees"], answer["compared"], answer["made_by"])


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('"words":"', '"words":"formerly ', None),
        ('"valid_until":"', '"valid_before":"', None),
        ('"outcome":"ineligible","says"', '"outcome":"eligible","says"', "/outcome"),
        ('"concludes":{"enrollment.next', '"concludes":{"enrollment.last', "/concludes/"),
        ('"status":"not_met"', '"status":"met"', "/reasons/"),
        ('"status":"does_not_apply"', '"status":"applies"', "/reasons/"),
    ],
)
def test_in_meaning_words_may_differ_and_statuses_may_not(
    client: FlaskClient, store: Store, decider: Decider, old: str, new: str, pointer: str | None
) -> None:
    record = record_of(store, made(client))
    assert record is not None and old in record.document
    other = replace(record, made_by="0.9", document=record.document.replace(old, new, 1))

    differs_at = replay(decider, other)

    assert pointer == (differs_at and differs_at[: len(pointer or "")])


def test_after_an_amendment_it_is_decided_again_under_the_law_of_then(
    serving: Serving, longer_winter: Decider
) -> None:
    before = serving()
    id = made(before)
    then = before.get(f"/v1/determinations/{id}").get_json()

    answer = serving(longer_winter).post(f"/v1/determinations/{id}/replay")

    assert 200 == answer.status_code
    assert (
        then["law"]["digest"] == answer.get_json()["law"]["digest"] != longer_winter.lawbook.digest
    )


def test_a_request_that_left_its_day_and_edition_open_is_filled_in_as_it_was_then(
    serving: Serving, longer_winter: Decider
) -> None:
    id = made(serving(), question="individual.eligible", facts={"applicant": {"resident": True}})

    assert 200 == serving(longer_winter).post(f"/v1/determinations/{id}/replay").status_code


def test_a_request_with_odd_numbers_under_whole_names_is_read_as_it_was_sent(
    client: FlaskClient,
) -> None:
    sent = (
        b'{"facts": {"group.eligible_employees": 1.0E+1}, "question": "group.eligible", '
        b'"as_of": "2011-02-16"}'
    )
    answer = client.post("/v1/determinations", data=sent, content_type="application/json")

    assert 200 == client.post(f"/v1/determinations/{answer.get_json()['id']}/replay").status_code


def test_replaying_changes_nothing_and_enters_the_audit_trail(
    client: FlaskClient, store: Store
) -> None:
    id = made(client)
    kept = document_of(store, id)

    client.post(f"/v1/determinations/{id}/replay")

    assert kept == document_of(store, id)
    assert ("determination.replayed", id, "agrees") in trail(store)


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('"outcome":"ineligible","says"', '"outcome":"eligible","says"', "/outcome"),
        ('"subject":null', '"subject":"someone"', "/subject"),
        ('"words":', '"wordz":', "/reasons/0/findings/0/words"),
        ('"valid_until":"2011-06-30"', '"valid_until":"2011-06-29"', "/valid_until"),
        ('"law":{"digest"', '"law":{"a/b~c":1,"digest"', "/law/a~1b~0c"),
        (
            '"question":"enrollment.permitted","asks"',
            '"question": "enrollment.permitted","asks"',
            "byte ",
        ),
    ],
)
def test_a_change_in_the_kept_document_is_named_by_its_path(
    client: FlaskClient,
    tamper: Tamper,
    store: Store,
    caplog: pytest.LogCaptureFixture,
    old: str,
    new: str,
    pointer: str,
) -> None:
    id = made(client)
    tamper("determinations.document", old, new)

    answer = client.post(f"/v1/determinations/{id}/replay")

    assert (500, "replay-differs") == problem(answer)
    told = answer.get_json()["differs_at"]
    assert pointer == (told if told.startswith("/") else told[: len("byte ")])
    assert f"alarm: replay of determination {id} differs at {told}" in caplog.text
    assert ("determination.replayed", id, "differs") in trail(store)


def test_an_alarm_tells_no_values(
    client: FlaskClient, tamper: Tamper, caplog: pytest.LogCaptureFixture
) -> None:
    id = made(client, subject="person-1001")
    tamper("determinations.document", '"subject":"person-1001"', '"subject":"person-1002"')

    answer = client.post(f"/v1/determinations/{id}/replay")

    assert "/subject" == answer.get_json()["differs_at"]
    assert "person-100" not in caplog.text + answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('"resident": true', '"resident": "x"', "/facts"),
        ('{"facts"', '["facts"', "/facts"),
        ('"question": "enrollment.permitted"', '"question": "enrollment.nothing"', "/question"),
        ('"requested_on": "2011-02-16"', '"requested_on": "2011-02-17"', "/as_of"),
    ],
)
def test_a_change_in_the_kept_request_is_noticed(
    client: FlaskClient, tamper: Tamper, old: str, new: str, pointer: str
) -> None:
    id = made(client)
    tamper("determinations.request", old, new)

    answer = client.post(f"/v1/determinations/{id}/replay")

    assert (500, "replay-differs") == problem(answer)
    assert pointer == answer.get_json()["differs_at"]


def test_a_change_in_what_is_searched_by_is_noticed(client: FlaskClient, tamper: Tamper) -> None:
    id = made(client)
    tamper("determinations.outcome", "ineligible", "eligible")

    answer = client.post(f"/v1/determinations/{id}/replay")

    assert (500, "replay-differs") == problem(answer)
    assert "/outcome" == answer.get_json()["differs_at"]


def test_a_change_in_the_kept_text_of_the_law_is_noticed(
    serving: Serving, tamper: Tamper, longer_winter: Decider
) -> None:
    id = made(serving())
    tamper("laws.texts", "2011-02-15", "2011-02-14")

    answer = serving(longer_winter).post(f"/v1/determinations/{id}/replay")

    assert (500, "replay-differs") == problem(answer)
    assert "/law/digest" == answer.get_json()["differs_at"]


def test_without_the_text_of_its_law_it_cannot_be_decided_again(
    serving: Serving, tamper: Tamper, longer_winter: Decider, store: Store
) -> None:
    id = made(serving())
    tamper("laws.digest", "sha256:", "sha512:")

    answer = serving(longer_winter).post(f"/v1/determinations/{id}/replay")

    assert (409, "law-not-kept") == problem(answer)


def test_replays_are_counted(serving: Serving, tamper: Tamper) -> None:
    client = serving()
    id = made(client)
    before = [replays(client, outcome) for outcome in ("agreed", "differed", "damaged")]

    client.post(f"/v1/determinations/{id}/replay")
    tamper("determinations.author", "key:tests", "key:nobody")
    client.post(f"/v1/determinations/{id}/replay")
    tamper(
        "determinations.document", '"outcome":"ineligible","says"', '"outcome":"eligible","says"'
    )
    client.post(f"/v1/determinations/{id}/replay")

    assert [1, 1, 1] == [
        replays(client, o) - b
        for o, b in zip(("agreed", "differed", "damaged"), before, strict=True)
    ]


def replays(client: FlaskClient, outcome: str) -> float:
    """How many replays came out so, as the metrics tell."""
    counted = re.search(
        rf'^eligibility_replays_total{{outcome="{outcome}"}} (\S+)$',
        client.get("/metrics").text,
        re.MULTILINE,
    )
    return float(counted[1]) if counted else 0.0


def test_more_laws_than_are_held_at_once_are_replayed_side_by_side(
    serving: Serving, tmp_path: Path
) -> None:
    laws = [
        small_law(tmp_path / str(number), "last: ", f"last:{' ' * number}")
        for number in range(1, 6)
    ]
    *ids, _ = [made(serving(law), **VISIT) for law in laws]
    client = serving(laws[-1])

    def status(id: str) -> int:
        return client.application.test_client().post(f"/v1/determinations/{id}/replay").status_code

    with ThreadPoolExecutor(4) as pool:
        assert {200} == set(pool.map(status, [*ids, *reversed(ids)]))


@pytest.mark.parametrize("id", [NOBODY, NOBODY.upper()])
@pytest.mark.parametrize("what", ["replay", "reconsider"])
def test_what_was_not_kept_cannot_be_checked(client: FlaskClient, id: str, what: str) -> None:
    assert (404, "unknown-determination") == problem(client.post(f"/v1/determinations/{id}/{what}"))


@hypothesis_settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_whatever_was_asked_replays_to_the_byte(
    client: FlaskClient, lawbook: Lawbook, data: st.DataObject
) -> None:
    case = data.draw(cases(lawbook))
    day = (
        {}
        if lawbook.question(case.question).governed_by in case.facts
        else {"as_of": case.as_of.isoformat()}
    )
    body = {
        "question": case.question,
        "facts": nested(dict(case.facts)),
        "edition": case.edition,
        **day,
    }
    answer = client.post("/v1/determinations", json=body)
    assume(answer.status_code == 201)

    replayed = client.post(f"/v1/determinations/{answer.get_json()['id']}/replay")

    assert 200 == replayed.status_code, replayed.get_json()


FORECAST = "in the future"


def test_a_forecast_is_replayed_as_one_and_reconsidered_as_of_now(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replaying takes the day of deciding from the record, reconsidering takes today's."""
    enrollment = {"requested_on": "2030-07-05", "product": "individual_plan"}
    request = {**CLOSED, "facts": {**CLOSED["facts"], "enrollment": enrollment}}
    answer = client.post("/v1/determinations", json=request).get_json()
    passed = datetime(2031, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: passed)

    replayed = client.post(f"/v1/determinations/{answer['id']}/replay")
    again = client.post(f"/v1/determinations/{answer['id']}/reconsider").get_json()

    assert FORECAST in " ".join(answer["cautions"])
    assert "bytes" == replayed.get_json()["compared"]
    assert FORECAST in " ".join(again["then"]["cautions"])
    assert FORECAST not in " ".join(again["now"]["cautions"])
