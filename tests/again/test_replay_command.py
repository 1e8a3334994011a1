"""`flask records replay`: everything that is kept, decided again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from freezegun import freeze_time

from app.commands import command_line
from app.commands.accounts.demonstration import demonstrations
from app.determinations.decide import Decider
from app.records.store import Store
from app.settings import Settings
from tests.again.conftest import Serving, Tamper
from tests.again.keeping import VISIT, made, small_law, trail

Replay = Callable[..., Result]


@pytest.fixture
def replay(settings: Settings) -> Replay:
    app = command_line(settings)

    def run(*arguments: str) -> Result:
        return app.test_cli_runner().invoke(args=["records", "replay", *arguments])

    return run


def answer(result: Result) -> dict[str, object]:
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def test_nothing_kept_is_nothing_that_differs(replay: Replay) -> None:
    result = replay("--json")

    assert 0 == result.exit_code
    assert 0 == answer(result)["replayed"]


def test_determinations_of_several_laws_are_each_replayed_under_their_own(
    serving: Serving, longer_winter: Decider, replay: Replay
) -> None:
    before, after = serving(), serving(longer_winter)
    for number in range(7):
        made((before, after)[number % 2])

    told = answer(replay("--json"))

    assert (7, 7, 0, 0) == (told["replayed"], told["agree"], told["differ"], told["law_not_kept"])
    laws = [law["determinations"] for law in told["laws"]]  # type: ignore[attr-defined]
    assert [4, 3] == laws


def test_more_than_one_page_is_replayed_each_once(
    serving: Serving, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serving(small_law(tmp_path))
    for _ in range(7):
        made(client, **VISIT)
    monkeypatch.setattr("app.records.ledger.replay.made_under.__defaults__", (3, False))

    assert 7 == answer(replay("--json"))["replayed"]


def test_the_demonstration_data_replays(
    settings: Settings, decider: Decider, replay: Replay
) -> None:
    app = command_line(settings)
    app.extensions["decider"] = decider
    app.test_cli_runner().invoke(args=["demo", "load"])

    assert len(demonstrations()) == answer(replay("--json"))["agree"]


def test_what_differs_is_listed_with_where_and_ends_with_3(
    serving: Serving, tamper: Tamper, replay: Replay
) -> None:
    client = serving()
    good, bad = made(client), made(client, subject="case:9")
    tamper("determinations.document", '"subject":"case:9"', '"subject":"case:8"')

    result, shown = replay("--json"), replay()

    assert (3, 3) == (result.exit_code, shown.exit_code)
    assert [{"id": bad, "differs_at": "/subject"}] == answer(result)["differences"]
    assert bad in shown.stdout and "/subject" in shown.stdout and good not in shown.stdout
    assert "case:" not in shown.stdout


def test_an_altered_law_makes_all_that_was_decided_under_it_differ(
    serving: Serving, tamper: Tamper, replay: Replay
) -> None:
    id = made(serving())
    tamper("laws.texts", "2011-02-15", "2011-02-14")

    assert [{"id": id, "differs_at": "/law/digest"}] == answer(replay("--json"))["differences"]


def test_what_cannot_be_decided_again_is_told_and_ends_with_3(
    serving: Serving, tamper: Tamper, replay: Replay
) -> None:
    made(serving())
    tamper("laws.digest", "sha256:", "sha512:")

    result = replay()

    assert 3 == result.exit_code
    assert "1 lack the text of their law" in result.stdout
    assert "whose text is missing" in result.stdout


MIDNIGHT = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""In Massachusetts, at the end of the first of March."""


@pytest.fixture
def of_three_days(serving: Serving, tmp_path: Path) -> None:
    """One on each of three days in Massachusetts, the first a minute before its midnight."""
    client = serving(small_law(tmp_path))
    for instant in (MIDNIGHT - timedelta(minutes=1), MIDNIGHT, MIDNIGHT + timedelta(days=1)):
        with freeze_time(instant):
            made(client, **VISIT)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ([], 3),
        (["--since", "2026-03-01"], 3),
        (["--since", "2026-03-02"], 2),
        (["--since", "2026-03-03"], 1),
        (["--until", "2026-03-01"], 1),
        (["--until", "2026-03-02"], 2),
        (["--since", "2026-03-02", "--until", "2026-03-02"], 1),
        (["--until", "9999-12-31"], 3),
        (["--since", "9999-12-31"], 0),
    ],
)
def test_days_are_those_of_massachusetts_the_last_included(
    of_three_days: None, replay: Replay, options: list[str], count: int
) -> None:
    assert count == answer(replay("--json", *options))["replayed"]


@pytest.mark.parametrize("day", ["yesterday", "2026-2-1", "2026-02-30"])
def test_what_is_no_day_is_refused(replay: Replay, day: str) -> None:
    assert 2 == replay("--since", day).exit_code


def test_replaying_everything_enters_the_audit_trail(replay: Replay, store: Store) -> None:
    replay()

    assert ("records.replayed", None, "agrees") == trail(store)[-1]


def test_a_database_out_of_reach_is_something_down(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("down") / "file"
    file.write_text("not a folder")
    app = command_line(
        Settings(database_url=f"sqlite:///{file}/records.sqlite", instance=file.parent)
    )

    assert 4 == app.test_cli_runner().invoke(args=["records", "replay"]).exit_code
