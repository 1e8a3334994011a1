"""`flask records dispose|disposals|release|withdraw`, as two people run them."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from app import clock
from app.access.origin import Origin
from app.commands import command_line
from app.commands.accounts.demonstration import demonstrations
from app.commands.lawbook.sources import command_actor
from app.records.database import open_database
from app.records.identity import new_id
from app.records.ledger.retention import DEFAULT
from app.records.people.accounts import Account, Accounts
from app.records.people.drafts import Draft, Drafts
from app.records.store import Store
from app.settings import Settings
from tests.commands.conftest import Flask

MARKED, RELEASED = "2060-01-01", "2060-01-08 01:00"
As = Callable[[int], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'records.sqlite'}",
        checkpoints=tmp_path / "checkpoints.jsonl",
        instance=tmp_path / "instance",
    )


@pytest.fixture
def run_as(monkeypatch: pytest.MonkeyPatch) -> As:
    """Who runs the commands from then on: root, whom another user called with sudo."""

    def become(uid: int) -> None:
        monkeypatch.setattr(os, "getuid", lambda: 0)
        monkeypatch.setenv("SUDO_UID", str(uid))

    become(50_001)
    return become


@pytest.fixture
def loaded(flask: Flask, settings: Settings, demonstration: Path, run_as: As) -> Flask:
    """The command line with the demonstration data kept and sealed."""
    shutil.copy(demonstration, settings.database_url.removeprefix("sqlite:///"))
    flask("records", "seal")
    return flask


def told(flask: Flask, *arguments: str) -> Any:
    return json.loads(flask("records", *arguments, "--json").stdout)


def sealed_now(flask: Flask) -> None:
    """Something is sealed, so that the clock is within reach of the last seal."""
    flask("keys", "create", "one", "--role", "auditor")
    flask("records", "seal")


def marked(flask: Flask) -> Any:
    """Mark everything that is due: what was marked."""
    refused = told(flask, "dispose")
    number = refused["detail"].split("--confirm ")[1].split(".")[0]
    return told(flask, "dispose", "--confirm", number)["marked"]


def test_one_person_marks_and_another_one_releases_a_week_later(loaded: Flask, run_as: As) -> None:
    everything = len(demonstrations())
    with freeze_time(MARKED):
        sealed_now(loaded)
        would = told(loaded, "dispose", "--dry-run")
        refused = loaded("records", "dispose")
        number = " ".join(refused.stderr.split()).split("--confirm ")[1].split(".")[0]
        wrong = loaded("records", "dispose", "--confirm", str(int(number) - 1))
        mark = told(loaded, "dispose", "--confirm", number)["marked"]
        loaded("records", "seal")
        second = told(loaded, "dispose")
        run_as(50_002)
        early = told(loaded, "release", mark["id"])
        run_as(50_001)
        still = told(loaded, "dispose", "--dry-run")

    counts = {each["class"]: each["records"] for each in mark["classes"]}
    assert (3, 3) == (refused.exit_code, wrong.exit_code)
    assert counts["determination"] == everything == would["counts"]["determination"]
    assert ("waiting", "command:uid-50001") == (mark["state"], mark["marked_by"])
    assert "2060-01-08T00:00:00.000000Z" == mark["release_from"]
    assert ["already-marked", "not-yet"] == [second["refused"], early["refused"]]
    assert everything == still["counts"]["determination"]

    with freeze_time(RELEASED):
        sealed_now(loaded)
        mine = told(loaded, "release", mark["id"])
        run_as(50_002)
        done = told(loaded, "release", mark["id"])
        again = told(loaded, "release", mark["id"])
        gone = told(loaded, "dispose", "--dry-run")
        loaded("records", "seal")
        verified = loaded("records", "verify")
        listed = told(loaded, "disposals")["marked"]

    assert ["second-person-needed", "approval-over"] == [mine["refused"], again["refused"]]
    assert ("disposed", "command:uid-50002", []) == (
        done["state"],
        done["decided_by"],
        done["left_out"],
    )
    assert 0 == gone["counts"]["determination"]
    assert 0 == verified.exit_code, verified.stdout
    assert [("disposed", mark["id"])] == [(each["state"], each["id"]) for each in listed]


def test_a_mark_is_withdrawn_by_who_made_it_and_made_anew(loaded: Flask, run_as: As) -> None:
    with freeze_time(MARKED):
        sealed_now(loaded)
        first = marked(loaded)
        run_as(50_002)
        refused = told(loaded, "withdraw", first["id"])
        run_as(50_001)
        ended = told(loaded, "withdraw", first["id"])
        second = marked(loaded)
        over = told(loaded, "release", first["id"])
        unknown = told(loaded, "release", new_id(clock.now()))
        shown = loaded("records", "disposals").stdout

    assert ("second-person-needed", "withdrawn") == (refused["refused"], ended["state"])
    assert ("approval-over", "unknown-disposal") == (over["refused"], unknown["refused"])
    assert first["id"] != second["id"] and first["id"] in shown and "withdrawn" in shown


def test_a_mark_that_nobody_releases_ends(loaded: Flask, run_as: As) -> None:
    with freeze_time(MARKED):
        sealed_now(loaded)
        mark = marked(loaded)
    with freeze_time("2060-02-08"):
        sealed_now(loaded)
        run_as(50_002)
        over = told(loaded, "release", mark["id"])
        again = marked(loaded)

    assert ("approval-over", "waiting") == (over["refused"], again["state"])


def test_the_wait_is_a_setting(loaded: Flask, settings: Settings) -> None:
    cli = command_line(replace(settings, disposal_wait=30)).test_cli_runner()
    with freeze_time(MARKED):
        sealed_now(loaded)
        number = told(loaded, "dispose")["detail"].split("--confirm ")[1].split(".")[0]
        mark = cli.invoke(args=["records", "dispose", "--json", "--confirm", number]).stdout

    assert "2060-01-31T00:00:00.000000Z" == json.loads(mark)["marked"]["release_from"]


def test_a_clock_far_beyond_the_last_seal_marks_and_releases_nothing(
    loaded: Flask, run_as: As
) -> None:
    with freeze_time(MARKED):
        refused = loaded("records", "dispose")
        sealed_now(loaded)
        mark = marked(loaded)
        loaded("records", "seal")
    with freeze_time("2060-01-20"):
        run_as(50_002)
        late = told(loaded, "release", mark["id"])
        verified = loaded("records", "verify")

    assert (3, "") == (refused.exit_code, refused.stdout)
    for said in (refused.stderr, late["detail"]):
        assert "more than two days beyond the last seal" in " ".join(said.split())
    assert "not-yet" == late["refused"]
    assert 0 == verified.exit_code, verified.stdout


def test_a_shorter_period_waits_a_week_in_the_audit_trail(
    loaded: Flask, settings: Settings, tmp_path: Path, run_as: As
) -> None:
    short = tmp_path / "retention.yaml"
    short.write_text(
        DEFAULT.read_text().replace("determination: {years: 10}", "determination: {days: 1}")
    )
    cli = command_line(replace(settings, retention=short)).test_cli_runner()

    def after(days: int, *arguments: str) -> Any:
        with freeze_time(clock.now() + timedelta(days=days)):
            cli.invoke(args=["keys", "create", "one", "--role", "auditor"])
            cli.invoke(args=["records", "seal"])
            ended = cli.invoke(args=["records", *arguments, "--json"])
            cli.invoke(args=["records", "seal"])
            assert 0 == cli.invoke(args=["records", "verify"]).exit_code
        return json.loads(ended.stdout)

    everything = len(demonstrations())
    confirmed = ("dispose", "--confirm", str(everything))
    assert [0, 0] == [after(n, *confirmed)["counts"]["determination"] for n in (2, 8)]
    mark = after(10, *confirmed)
    assert everything == mark["counts"]["determination"]
    run_as(50_002)
    assert "disposed" == after(18, "release", mark["marked"]["id"])["state"]
    longer = loaded("records", "verify")
    assert "retention determination: has a shorter period in the audit trail" in longer.stdout


def test_nothing_young_is_marked_and_the_command_says_so(loaded: Flask) -> None:
    counts = told(loaded, "dispose")
    shown = loaded("records", "dispose")

    classes = (
        *("determination", "audit", "idempotency", "applicant", "draft"),
        *("note", "feedback", "waiver", "verification", "letter"),
    )
    assert (dict.fromkeys(classes, 0), None) == (counts["counts"], counts["marked"])
    assert 0 == shown.exit_code
    assert "Nothing was marked: no record is due." in shown.stdout
    assert [] == told(loaded, "disposals")["marked"]


def test_drafts_are_disposed_of_a_day_after_the_last_change(
    loaded: Flask, settings: Settings, tmp_path: Path
) -> None:
    begin_draft(settings, datetime(2026, 11, 22, 9, tzinfo=UTC))
    longer = tmp_path / "retention.yaml"
    longer.write_text(DEFAULT.read_text().replace("draft: {days: 1}", "draft: {days: 3}"))
    patient = command_line(replace(settings, retention=longer)).test_cli_runner()

    def disposed(at: str, *options: str) -> int:
        with freeze_time(at):
            return int(told(loaded, "dispose", *options)["counts"]["draft"])

    assert 0 == disposed("2026-11-23 08:59")
    with freeze_time("2026-11-24"):
        kept = patient.invoke(args=["records", "dispose", "--json"]).stdout
    assert 0 == json.loads(kept)["counts"]["draft"]
    assert [1, 1, 0] == [
        disposed("2026-11-23 09:01", *options) for options in (["--dry-run"], [], [])
    ]


def begin_draft(settings: Settings, at: datetime) -> None:
    store = Store(open_database(settings.database_url))
    owner = Account(new_id(at), "alma", "auditor", at, at, at)
    Accounts(store).create(owner, Origin("command:tests").did("account.created", owner.id))
    draft = Draft(
        new_id(at), owner.id, "enrollment.permitted", "current", None, None, {}, (), 1, at, at
    )
    Drafts(store).begin(draft)
    store.close()


def test_the_actor_is_the_user_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment calls the user proves nothing, and only root is called through sudo."""
    monkeypatch.setenv("LOGNAME", "somebody")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert "command:root" == command_actor()
    monkeypatch.setenv("SUDO_UID", "50001")
    assert "command:uid-50001" == command_actor()
    monkeypatch.setattr(os, "getuid", lambda: 50_002)
    assert "command:uid-50002" == command_actor()
