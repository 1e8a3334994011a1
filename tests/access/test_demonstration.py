"""The demonstration's key: there where only this machine can reach the service, for a day, for its
owner alone.
"""

import json
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from environs import EnvError
from flask import Flask
from flask.testing import FlaskClient
from freezegun import freeze_time

from app import clock
from app.access.demonstration import FILE, NAME, make_organizations, renew_key
from app.access.organizations import OrganizationRegister
from app.api.http.asked.authentication import authenticator
from app.commands import command_line
from app.server.hooks import say_where
from app.settings import Settings, bound_host, from_environment, is_loopback
from tests.api.asking import CLOSED
from tests.callers import bearing


@pytest.fixture(autouse=True)
def figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder for figures of these tests alone: reading the server's configuration would make one
    for the whole process.
    """
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "figures"))


def loaded(app: Flask) -> str:
    """The key that is in the file after the demonstration was made anew."""
    make_organizations(OrganizationRegister(app.extensions["eligibility"].store))
    with app.app_context():
        path = renew_key(authenticator().credentials, app.config["SETTINGS"].instance)
    return path.read_text(encoding="ascii").strip()


def test_the_key_is_an_eligibility_workers_for_a_day(served: Flask, nobody: FlaskClient) -> None:
    client = bearing(nobody, loaded(served))

    assert 201 == client.post("/v1/determinations", json=CLOSED).status_code
    assert 403 == client.get("/v1/credentials").status_code
    with freeze_time(clock.now() + timedelta(hours=24)):
        assert 401 == client.post("/v1/determinations", json=CLOSED).status_code


def test_only_its_owner_can_read_the_file(served: Flask) -> None:
    loaded(served)
    loaded(served)

    folder: Path = served.config["SETTINGS"].instance
    assert 0o600 == (folder / FILE).stat().st_mode & 0o777
    assert [FILE] == [path.name for path in folder.glob("demonstration*")]


def test_a_new_start_ends_the_key_before_and_adds_no_credential(
    served: Flask, nobody: FlaskClient
) -> None:
    first, second = loaded(served), loaded(served)

    assert 401 == bearing(nobody, first).post("/v1/determinations", json=CLOSED).status_code
    assert 201 == bearing(nobody, second).post("/v1/determinations", json=CLOSED).status_code
    with served.app_context():
        [kept] = authenticator().store.named("key", NAME)
        assert 1 == len(kept.secrets)


def test_a_start_on_another_day_makes_it_live_again(served: Flask, nobody: FlaskClient) -> None:
    loaded(served)
    with freeze_time(clock.now() + timedelta(days=3)):
        assert (
            201
            == bearing(nobody, loaded(served)).post("/v1/determinations", json=CLOSED).status_code
        )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "eligibility.example.org", ""])
def test_where_others_can_reach_the_service_there_is_no_key(
    served: Flask, decider: object, host: str
) -> None:
    loaded(served)
    settings: Settings = served.config["SETTINGS"]
    app = command_line(replace(settings, host=host))
    app.extensions["decider"] = decider

    result = app.test_cli_runner().invoke(args=["demo", "load", "--json"])

    assert json.loads(result.stdout)["key_file"] is None
    assert not (settings.instance / FILE).exists()
    assert "Created no key and no account" in result.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_what_only_this_machine_reaches(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    ("arguments", "host"),
    [
        ("", None),
        ("--workers 4", None),
        ("--bind 0.0.0.0:8000", "0.0.0.0"),
        ("-b :8000", ""),
        ("--bind=[::]:80 --workers 4", "[::]"),
        ("-b127.0.0.1:80", "127.0.0.1"),
        ("--bind 127.0.0.1:80 --bind 192.0.2.1:80", "192.0.2.1"),
        ("--bind unix:/run/eligibility.sock", "unix:/run/eligibility.sock"),
        ("--bind", "--bind"),
        ("--bind 'x", "--bind 'x"),
    ],
)
def test_what_gunicorn_is_told_to_bind_to_counts(
    monkeypatch: pytest.MonkeyPatch, arguments: str, host: str | None
) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", arguments)

    assert host == bound_host(arguments)
    assert (host in (None, "127.0.0.1")) == is_loopback(from_environment().host)


@pytest.mark.parametrize(("address", "is_told"), [("127.0.0.1", True), ("0.0.0.0", False)])
def test_the_start_prints_a_command_line_with_the_key_where_only_this_machine_can_use_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
    is_told: bool,
) -> None:
    monkeypatch.setenv("ELIGIBILITY_INSTANCE", str(tmp_path))
    (tmp_path / FILE).write_text("elig_aaaaaaaa_b\n")
    with socket.socket() as listening:
        listening.bind((address, 0))

        say_where(from_environment(), [listening.getsockname()])

    printed = capsys.readouterr().out
    assert is_told == ("Authorization: Bearer elig_aaaaaaaa_b" in printed)
    assert "The service is ready." in printed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ELIGIBILITY_TOKEN_SECONDS", "901"),
        ("ELIGIBILITY_TOKEN_SECONDS", "0"),
        ("ELIGIBILITY_ISSUER", "http://eligibility.example.org"),
        ("ELIGIBILITY_ISSUER", "https://eligibility.example.org/"),
        ("ELIGIBILITY_ISSUER", "https://user@eligibility.example.org"),
        ("ELIGIBILITY_ISSUER", "eligibility.example.org"),
    ],
)
def test_settings_that_would_weaken_tokens_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(EnvError):
        from_environment()


def test_the_issuer_is_the_address_that_clients_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert "http://127.0.0.1:8123" == from_environment().issuer

    monkeypatch.setenv("ELIGIBILITY_ISSUER", "https://eligibility.example.org")
    assert "https://eligibility.example.org" == from_environment().issuer
