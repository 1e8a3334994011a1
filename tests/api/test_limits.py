"""How often somebody may ask, and who an address is believed to be."""

import threading
from typing import Any

import pytest
from flask.testing import FlaskClient
from freezegun import freeze_time

from app.access.principal import Principal
from app.api.http.asked import limits
from tests.acting import acting
from tests.api.asking import CLOSED, lines, post, problem
from tests.api.conftest import Serve


def ask(
    client: FlaskClient, path: str = "/v1/questions", address: str = "192.0.2.1", **headers: str
) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, environ_overrides={"REMOTE_ADDR": address})


def signed_in(client: FlaskClient, actor: str) -> None:
    """Let every request of a client come from somebody."""
    acting(client.application, Principal(actor, "carrier_system", frozenset()))


def test_who_asks_too_often_is_refused_until_the_minute_is_over(serve: Serve) -> None:
    client = serve(rate_per_address=5)

    with freeze_time("2026-03-01 12:00:00") as time:
        assert [200] * 5 == [ask(client).status_code for _ in range(5)]
        refused = ask(client)
        time.tick(int(refused.headers["Retry-After"]))
        again = ask(client)

    assert (429, "too-many-requests") == problem(refused)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert 200 == again.status_code


def test_another_address_is_not_refused(serve: Serve) -> None:
    client = serve(rate_per_address=1)

    assert [200, 429, 200] == [
        ask(client, address=address).status_code
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]


def test_counts_that_are_over_are_thrown_away_and_no_thread_is_started_for_it(serve: Serve) -> None:
    client = serve(rate_per_address=5)
    counts = client.application.extensions["limits"].counts

    with freeze_time("2026-03-01 12:00:00") as time:
        ask(client, address="192.0.2.1")
        before = threading.active_count()
        for number in range(50):
            ask(client, address=f"192.0.2.{number}")
            assert before == threading.active_count()
        time.tick(2 * limits.SWEEP_SECONDS)
        ask(client, address="198.51.100.1")

    assert 1 == len(counts.storage) == len(counts.expirations)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_who_watches_the_service_is_not_limited(serve: Serve, path: str) -> None:
    client = acting(serve(rate_per_address=1).application).test_client()

    assert {200} == {ask(client, path).status_code for _ in range(5)}


def test_all_addresses_of_one_network_of_version_6_are_one(serve: Serve) -> None:
    client = serve(rate_per_address=1)

    told = [
        ask(client, address=a).status_code
        for a in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    ]

    assert [200, 429, 200] == told


def test_without_a_limit_nobody_is_refused(serve: Serve) -> None:
    client = serve(rate_per_address=0, rate_per_credential=0)

    assert {200} == {ask(client).status_code for _ in range(50)}


def test_a_credential_has_its_own_limit_from_whatever_address(serve: Serve) -> None:
    client, other = serve(rate_per_credential=3), serve(rate_per_credential=3)
    signed_in(client, "key:1")
    signed_in(other, "key:2")

    told = [ask(client, address=f"192.0.2.{number}") for number in range(4)]

    assert [200, 200, 200, 429] == [answer.status_code for answer in told]
    assert "your credential" in told[3].get_json()["detail"]
    assert 200 == ask(other).status_code


def test_every_line_of_a_batch_counts(serve: Serve) -> None:
    client = serve(rate_per_credential=6)
    signed_in(client, "key:1")

    answer = post(
        client, lines(*[CLOSED] * 8), "/v1/determinations/batch?keep=false", "application/jsonl"
    )

    told = answer.get_data(as_text=True).splitlines()
    assert 8 == len(told)
    assert [True] * 5 == ['"determination":' in line for line in told[:5]]
    assert [True] * 3 == ["/problems/too-many-requests" in line for line in told[5:]]


def test_where_nothing_can_be_counted_everybody_is_let_in(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(rate_per_address=1)
    counting = client.application.extensions["limits"]._counting
    monkeypatch.setattr(counting, "hit", lambda *_, **__: 1 / 0)

    assert [200, 200] == [ask(client).status_code for _ in range(2)]


def test_several_processes_allow_their_share(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_processes", 1)
    client = serve(rate_per_address=10)

    limits.share_between(5)

    assert [200, 200, 429] == [ask(client).status_code for _ in range(3)]


def test_a_forwarded_address_is_believed_of_nobody_by_default(serve: Serve) -> None:
    client = serve(rate_per_address=1)

    told = [
        ask(client, X_Forwarded_For=f"203.0.113.{n}", Forwarded=f"for=203.0.113.{n}").status_code
        for n in range(3)
    ]

    assert [200, 429, 429] == told


def test_behind_a_proxy_only_what_the_proxy_added_is_believed(serve: Serve) -> None:
    client = serve(rate_per_address=1, proxy_hops=1)

    spoofing = [
        ask(client, X_Forwarded_For=f"203.0.113.{n}, 198.51.100.7").status_code for n in range(3)
    ]
    other = ask(client, X_Forwarded_For="198.51.100.7, 198.51.100.8")

    assert [200, 429, 429] == spoofing
    assert 200 == other.status_code


@pytest.mark.parametrize(
    ("hops", "logged"), [(0, "192.0.2.1"), (1, "198.51.100.7"), (2, "203.0.113.9")]
)
def test_the_log_names_the_address_that_is_believed(
    serve: Serve, caplog: pytest.LogCaptureFixture, hops: int, logged: str
) -> None:
    client = serve(proxy_hops=hops)
    caplog.set_level("INFO", "app.api.http.asked.requests")

    ask(client, X_Forwarded_For="203.0.113.9, 198.51.100.7").close()

    assert [logged] == [record.address for record in caplog.records if record.message == "request"]  # type: ignore[attr-defined]
