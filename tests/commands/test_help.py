"""What every command has in common."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.commands import command_line
from app.law.lawbook import Lawbook
from app.settings import ROOT
from tests.machine import require


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


OURS = dict(commands(command_line().cli))


def test_the_commands_are_these() -> None:
    assert {
        "law check",
        "law test",
        "law in-force",
        "law changes",
        "law coverage",
        "law compiled",
        "decide",
        "questions",
        "open-enrollment",
        "eligibility-calendar",
        "db upgrade",
        "db check",
        "demo load",
        "witness key",
        "witness serve",
        "log key",
        "log begin-anew",
        "records seal",
        "records verify",
        "records backup",
        "records backup-key",
        "records restore",
        "records accept-loss",
        "records dispose",
        "records disposals",
        "records release",
        "records withdraw",
        "records replay",
        "applicants rotate-keys",
        "applicants forget",
        "waivers mark-late",
        "waivers recount",
        "organizations create",
        "organizations list",
        "organizations close",
        "keys create",
        "keys list",
        "keys revoke",
        "keys rotate",
        "keys signing list",
        "keys signing rotate",
        "programs create",
        "programs list",
        "programs revoke",
        "clients create",
        "clients list",
        "clients revoke",
        "clients rotate-secret",
        "users create",
        "users end-unused",
        "users list",
        "users disable",
        "users enable",
        "users unlock",
        "users reset-password",
        "users reset-second-factor",
        "letters check",
        "letters catalogue export",
        "letters catalogue import",
    } == set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_command_answers_as_json_and_shows_an_example(name: str) -> None:
    command = OURS[name]

    assert "--json" in [option for parameter in command.params for option in parameter.opts]
    assert f"flask {name}" in (command.help or "").partition("Example:")[2]


@pytest.mark.parametrize(
    "name", ["law in-force", "law changes", "decide", "open-enrollment", "eligibility-calendar"]
)
def test_what_depends_on_the_edition_takes_one(name: str) -> None:
    assert "--edition" in [option for parameter in OURS[name].params for option in parameter.opts]


def test_help_reads_no_law() -> None:
    environment = {**os.environ, "ELIGIBILITY_RULESETS": "/nowhere"}

    result = subprocess.run(
        [sys.executable, "-m", "flask", "--help"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=120,
    )

    assert (0, b"") == (result.returncode, result.stderr)
    assert b"open-enrollment" in result.stdout


def test_the_setting_chooses_the_edition() -> None:
    environment = {**os.environ, "ELIGIBILITY_EDITION": "current"}
    command = [sys.executable, "-m", "flask", "open-enrollment", "2026"]

    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120)

    assert b"Open enrollment in 2026, edition current" in result.stdout


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("open-enrollment 2011", "/v1/open-enrollment?year=2011"),
        ("law changes 2010-12-01 2011-01-01", "/v1/law/changes?from=2010-12-01&to=2011-01-01"),
        ("law in-force 2011-02-16", "/v1/provisions?as_of=2011-02-16"),
        ("questions enrollment.permitted", "/v1/questions/enrollment.permitted"),
        ("questions", "/v1/questions"),
    ],
)
def test_programs_are_told_the_same_as_over_http(
    app: Flask, client: FlaskClient, command: str, path: str
) -> None:
    told = json.loads(app.test_cli_runner().invoke(args=[*command.split(), "--json"]).stdout)
    answered = client.get(path).get_json()

    shared = set(told) & set(answered)
    assert shared
    assert {name: answered[name] for name in shared} == {name: told[name] for name in shared}


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("arguments", [("law", "check"), ("--help",)])
def test_a_setting_that_cannot_be_read_is_told_and_nothing_else(arguments: tuple[str, ...]) -> None:
    result = _run(*arguments, ELIGIBILITY_BODY_BYTES="much")

    assert 2 == result.returncode
    assert 1 == len(result.stderr.splitlines())
    assert "ELIGIBILITY_BODY_BYTES" in result.stderr
    assert "" == result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize(
    "arguments",
    [("questions",), ("decide", "enrollment.permitted", "fixtures/demo/applicant.json")],
)
def test_an_answer_that_cannot_be_written_is_told_in_a_sentence(
    arguments: tuple[str, ...], as_json: tuple[str, ...]
) -> None:
    require(Path("/dev/full").exists(), "this machine has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "flask", *arguments, *as_json]
        result = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120
        )

    assert (4, "Cannot write the answer: no space left on device.\n") == (
        result.returncode,
        result.stderr,
    )


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_whoever_has_read_enough_ends_the_command_quietly(as_json: tuple[str, ...]) -> None:
    command = [
        sys.executable,
        "-m",
        "flask",
        "decide",
        "enrollment.permitted",
        "fixtures/demo/applicant.json",
        *as_json,
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()

    assert (0, "") == (running.returncode, said)


HTTP = "app.mounting app.api.http.service authlib"
IMPORTED = """\
import sys, flask.cli
try:
    flask.cli.main()
finally:
    print(*(name for name in {spared!r}.split() if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("called", "spared"),
    [
        ("--help", f"{HTTP} sqlalchemy ruamel durable_rules_engine"),
        ("records --help", f"{HTTP} sqlalchemy alembic"),
        ("decide enrollment.permitted -", f"{HTTP} sqlalchemy ruamel"),
        ("questions enrollment.permitted --json", f"{HTTP} sqlalchemy ruamel durable_rules_engine"),
        ("open-enrollment 2011", f"{HTTP} sqlalchemy ruamel icalendar"),
        ("law in-force 2011-02-16", f"{HTTP} sqlalchemy ruamel durable_rules_engine"),
        ("db upgrade", f"{HTTP} alembic app.law.lawbook ruamel durable_rules_engine"),
        ("records seal", f"{HTTP} alembic app.law.lawbook ruamel durable_rules_engine"),
        ("users list", f"{HTTP} alembic app.law.lawbook durable_rules_engine"),
    ],
)
def test_a_command_imports_only_what_it_needs(
    called: str, spared: str, migrated_sqlite: Path, lawbook: Lawbook
) -> None:
    """What was kept of the law is there: the fixture has read it."""
    result = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(spared=spared), *called.split()],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{migrated_sqlite}"},
        input=b"{}",
        capture_output=True,
    )

    assert 0 == result.returncode, result.stderr
    assert "" == result.stderr.decode().splitlines()[-1]
