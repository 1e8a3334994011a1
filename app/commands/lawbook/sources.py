"""Where commands get the law, the records, the day and the facts from."""

import os
import pwd
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click
from flask import current_app

from app.commands.output import DOWN, REJECTED, Refusal, unknown_question
from app.settings import Settings

if TYPE_CHECKING:  # what commands without the law or without records need not import
    from app.access.origin import Origin
    from app.determinations.cases.events import Stated
    from app.determinations.decide import Decider
    from app.law.lawbook import Lawbook
    from app.records.store import Store

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Day(click.ParamType[date]):
    """A calendar day, written YYYY-MM-DD and in no other way."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day.

        Raises:
            click.BadParameter: it is written otherwise, or there is no such day.
        """
        if isinstance(value, date):
            return value
        if not _DAY.fullmatch(value) or not value.isascii():
            self.fail(f"{value} is not a day in the form YYYY-MM-DD", param, ctx)
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a day of the calendar", param, ctx)


DAY = Day()
edition_option = click.option(
    "--edition",
    metavar="NAME",
    help="The edition of the law; default: ELIGIBILITY_EDITION, else the law's own.",
)


def settings() -> Settings:
    """The settings of the application the command runs in."""
    found = current_app.config["SETTINGS"]
    assert isinstance(found, Settings)
    return found


def _ready() -> "Decider | None":
    """The application's own decider, where it has one."""
    return cast("Decider | None", current_app.extensions.get("decider"))


def decider() -> "Decider":
    """A decider for the law: the application's own where it has one, else one that reads the law
    now.

    Raises:
        UnsoundLaw: the rulesets cannot be used.
    """
    from app.determinations.decide import Decider

    return _ready() or Decider(lawbook())


def lawbook() -> "Lawbook":
    """The law.

    Raises:
        UnsoundLaw: the rulesets cannot be used.
    """
    from app.law.reading.kept_lawbook import open_kept_lawbook

    ready = _ready()
    return ready.lawbook if ready else open_kept_lawbook(settings().rulesets, settings().lawbooks)


def edition_of(law: "Lawbook", name: str | None) -> str:
    """The edition to use: the one named, else the setting's, else the law's own default.

    Raises:
        UnknownEdition: there is none of that name.
    """
    return law.edition(name or settings().edition or law.default_edition).edition.name


def read_json(file: IO[bytes]) -> dict[str, object]:
    """A JSON object from a file or standard input, read as strictly as over HTTP.

    Raises:
        Refusal: it is not JSON, or not an object.
    """
    from app.determinations.cases.strict_json import MalformedJson, loads

    written = str(getattr(file, "name", "<stdin>"))
    name = "standard input" if written in ("<stdin>", "-") else Path(written).name
    try:
        document = loads(file.read())
    except MalformedJson as error:
        raise Refusal(REJECTED, "json-malformed", f"{name} is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise Refusal(REJECTED, "json-malformed", f"{name} must contain a JSON object of facts.")
    return document


def asked(question: str, file: IO[bytes], edition: str | None) -> "tuple[Decider, Stated, str]":
    """What a command about one question needs: who decides it, its typed facts from a file, and the
    edition to use.

    Raises:
        Refusal: the file is not JSON, or there is no such question.
        FactsRefused: facts that the question does not know, or not of their type.
        UnknownEdition: there is none of that name.
    """
    from app.determinations.cases.case import read_facts

    given = read_json(file)
    deciding = decider()
    law = deciding.lawbook
    if question not in law.questions:
        raise unknown_question(question, list(law.questions))
    name = edition_of(law, edition)
    return deciding, read_facts(law, question, given), name


@contextmanager
def reaching_records() -> Iterator[None]:
    """Turns an unreachable database into a refusal. Imported here, because records are slow to
    import.

    Raises:
        Refusal: the database cannot be reached or refuses.
    """
    from app.records.errors import RecordsUnavailable

    try:
        yield
    except RecordsUnavailable as error:
        hint = "Check DATABASE_URL, and run `flask db upgrade`."
        raise Refusal(
            DOWN, "records-unavailable", f"Cannot reach the database: {error}. {hint}"
        ) from None


@contextmanager
def open_records() -> Iterator["Store"]:
    """The store of the database that the settings name.

    Raises:
        Refusal: the database cannot be reached or refuses.
    """
    from app.records.store import opened_store

    with reaching_records(), opened_store(settings().database_url) as store:
        yield store


def command_origin() -> "Origin":
    """The user who runs the command, for the audit trail; there is no address and no request."""
    from app.access.origin import Origin

    return Origin(command_actor())


def command_actor() -> str:
    """The operating system's user who runs the command, as records name them. Behind `sudo` that is
    the user who called it; what the environment calls somebody otherwise proves nothing.
    """
    uid, caller = os.getuid(), os.environ.get("SUDO_UID", "")
    if uid == 0 and caller.isascii() and caller.isdecimal():  # only root can pretend here
        uid = int(caller)
    try:
        return f"command:{pwd.getpwuid(uid).pw_name}"
    except (KeyError, OverflowError):  # a user without a name, as in some containers
        return f"command:uid-{uid}"
