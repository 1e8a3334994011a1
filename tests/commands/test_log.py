"""The transparency log on the command line: its policy, what a verification says of it, and a new
log after a backup was restored.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from app.commands import command_line
from app.commands.keeping.following import follow
from app.records.log.folder import LogFolder
from app.records.log.growing import add_signatures
from app.records.store import opened_store
from app.settings import Settings
from app.transparency.keys import COSIGNATURE, read_public_key
from app.transparency.notes import cosignature_line
from app.transparency.policy import read_policy
from tests.transparency.grown import fixed_key

Run = Callable[..., Result]
WITNESS = fixed_key("carrier.example/witness", COSIGNATURE)


@pytest.fixture
def settings(tmp_path: Path, migrated_sqlite: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'records.sqlite'}",
        checkpoints=tmp_path / "checkpoints.jsonl",
        instance=tmp_path,
        log=tmp_path / "log",
        log_key=tmp_path / "log.key",
        receipt_key=tmp_path / "receipt.key",
        policy=tmp_path / "policy",
    )


def runner(settings: Settings) -> Run:
    cli = command_line(settings).test_cli_runner()
    return lambda *arguments: cli.invoke(args=list(arguments))


def sign(settings: Settings) -> None:
    """One round of `records seal --follow`."""
    with command_line(settings).app_context(), opened_store(settings.database_url) as store:
        follow(store, 0.0, range(1).__iter__())


@pytest.fixture
def run(settings: Settings) -> Run:
    """The command line on a database with records that are sealed and logged."""
    run = runner(settings)
    assert 0 == run("db", "upgrade").exit_code
    assert 0 == run("keys", "create", "one", "--role", "auditor").exit_code
    sign(settings)
    return run


def verified(run: Run, *more: str) -> tuple[int, dict[str, Any]]:
    ended = run("records", "verify", "--json", *more)
    return ended.exit_code, json.loads(ended.stdout)


def test_a_service_on_one_machine_has_a_policy_for_which_local_notes_suffice(
    run: Run, settings: Settings
) -> None:
    keys = [run("log", "key", *more).output.strip() for more in ((), ("--receipts",))]
    assert settings.policy is not None
    assert settings.policy.read_text() == f"log {keys[0]}\nlog {keys[1]}\nquorum none\n"
    assert [read_public_key(key).name for key in keys] == [
        settings.log_name,
        f"{settings.log_name}/receipt",
    ]
    ended = run("records", "verify")
    assert ended.exit_code == 0, ended.output
    assert "the log through record" in ended.output
    assert "no witness outside signed" in ended.output
    assert "one user may run the service and sign for it" in ended.output


def test_a_policy_with_witnesses_asks_for_them(run: Run, settings: Settings) -> None:
    assert settings.policy is not None and settings.log is not None
    lines = settings.policy.read_text().replace("quorum none\n", "")
    policy = f"{lines}witness carrier {WITNESS.public}\nquorum carrier\n"
    settings.policy.write_text(policy)
    code, document = verified(run)
    assert (code, document["proved"]["enough"]) == (5, False)
    assert document["proved"]["lacking"] == [
        "Fewer witnesses signed the log than the policy asks for."
    ]
    folder = LogFolder(settings.log)
    head = folder.head()
    assert head is not None
    line = cosignature_line(head.text, WITNESS, 1_700_000_000)
    add_signatures(folder, head, [line], read_policy(policy.encode()))
    code, document = verified(run)
    assert (code, document["proved"]["against"], document["proved"]["witnesses"]) == (
        0,
        "witnesses",
        1,
    )
    assert "1 witness signed for the log through record" in run("records", "verify").output


@pytest.mark.parametrize(
    ("name", "refused"),
    [("policy", "log-not-in-policy"), ("log.key", "key-missing")],
)
def test_a_log_that_the_policy_does_not_name_is_not_signed(
    run: Run, settings: Settings, tmp_path: Path, name: str, refused: str
) -> None:
    if name == "policy":
        other = fixed_key("other.example/v1/log", 1).public
        (tmp_path / "policy").write_text(f"log {other}\nquorum none\n")
    else:
        (tmp_path / "log.key").unlink()
    ended = run("records", "seal", "--follow", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["refused"]) == (2, refused)
    assert (tmp_path / "log.key").exists() == (name == "policy")


def test_receipts_are_counted_and_a_wrong_one_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "one").write_text("nonsense!")
    ended = run("records", "verify", "--receipts", str(tmp_path / "kept"))
    assert (ended.exit_code, "receipt one: does not hold" in ended.output) == (3, True)


@pytest.fixture
def restored(run: Run, settings: Settings, tmp_path: Path) -> tuple[Run, Settings]:
    """A database from an older backup; the log has records after it."""
    run("records", "backup", str(tmp_path / "backup.gz"))
    sign(settings)
    assert 0 == run("keys", "create", "two", "--role", "auditor").exit_code
    sign(settings)
    after = replace(settings, database_url=f"sqlite:///{tmp_path / 'restored.sqlite'}")
    again = runner(after)
    assert 0 == again("db", "upgrade").exit_code
    given = again("records", "restore", str(tmp_path / "backup.gz"), "--json")
    through = json.loads(given.stdout)["lost"]["through"]
    sign(after)
    accepted = again("records", "accept-loss", "--through", str(through), "--because", "a disk")
    assert 0 == accepted.exit_code
    return again, after


def test_after_a_restoration_a_new_log_begins_with_a_reason(
    restored: tuple[Run, Settings], tmp_path: Path
) -> None:
    run, settings = restored
    code, document = verified(run)
    assert code == 3
    assert any("has another root" in each["what"] for each in document["complaints"])

    begin = ("log", "begin-anew", "--because", "restored the backup of May 2")
    refused = run(*begin, "--after", "0", "--json")
    told = json.loads(refused.stdout)
    assert (refused.exit_code, told["refused"]) == (2, "other-count")
    count = told["detail"].rpartition("--after ")[2].rstrip(".")
    old = (tmp_path / "log" / "checkpoint").read_bytes()

    begun = run(*begin, "--after", count)
    assert begun.exit_code == 0, begun.output
    assert (tmp_path / "log.1" / "checkpoint").read_bytes() == old
    sign(settings)
    ended = run("records", "verify")
    assert ended.exit_code == 0, ended.output
    assert f"ended the log {settings.log_name} on " in ended.output
    assert "restored the backup of May 2. It had" in " ".join(ended.output.split())
    _, document = verified(run)
    assert document["proved"]["log"] == f"{settings.log_name}/2"
    assert document["logs_ended"][0]["in_the_database"] == int(count)

    again = run(*begin, "--after", count, "--json")
    assert (again.exit_code, json.loads(again.stdout)["refused"]) == (3, "log-goes-on")
    (tmp_path / "log" / "ended" / "1").unlink()
    code, document = verified(run)
    assert code == 3
    assert {each["id"] for each in document["complaints"]} == {
        settings.log_name,
        f"{settings.log_name}/2",
    }


def test_an_interrupted_beginning_is_repeated(
    restored: tuple[Run, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, settings = restored
    begin = ("log", "begin-anew", "--because", "a disk")
    told = json.loads(run(*begin, "--after", "0", "--json").stdout)["detail"]
    count = told.rpartition("--after ")[2].rstrip(".")
    moved = Path.rename

    def failing(source: Path, target: Path) -> Path:
        if source.name == "log":
            raise OSError(28, "No space left on device")
        return moved(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", failing)
        assert run(*begin, "--after", count).exit_code == 4
    refused = run("records", "seal", "--follow", "--json")
    assert json.loads(refused.stdout)["refused"] == "half-begun"
    assert run(*begin, "--after", count).exit_code == 0
    sign(settings)
    assert verified(run)[0] == 0
