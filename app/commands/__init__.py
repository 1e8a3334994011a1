"""The command line: the same law and determinations as over HTTP, for a terminal and for scripts.

Every command has `--json`. Exit codes: 0 done; 1 a negative answer, only with `--exit-code`, or
failed cases of `law test`; 2 wrong use; 3 facts or law rejected; 4 a needed part is down.
"""

import sys
from collections.abc import Mapping
from importlib import import_module

import click
from environs import EnvError
from flask import Flask
from flask.cli import AppGroup

from app.settings import Settings, from_environment

PLACES = {
    "law": "lawbook.law:law_group",
    "decide": "deciding.decide:decide_command",
    "questions": "deciding.questions:questions_command",
    "open-enrollment": "deciding.open_enrollment:open_enrollment_command",
    "eligibility-calendar": "deciding.eligibility_calendar:eligibility_calendar_command",
    "db": "keeping.database:database_group",
    "records": "keeping.records:records_group",
    "applicants": "keeping.applicants:applicants_group",
    "waivers": "keeping.waivers:waivers_group",
    "letters": "letters.translating:letters_group",
    "demo": "accounts.demonstration:demonstration_group",
    "keys": "accounts.keys:keys_group",
    "clients": "accounts.keys:clients_group",
    "programs": "accounts.programs:programs_group",
    "organizations": "accounts.organizations:organizations_group",
    "users": "accounts.users:users_group",
    "log": "transparency.log:log_group",
    "witness": "witness.witnessing:witness_group",
}
"""The module and name of each command."""


class Commands(AppGroup):
    """Commands by name, imported on use; *places* maps each name to `module:command` in this
    package.
    """

    def __init__(
        self, name: str | None, places: Mapping[str, str], help: str | None = None
    ) -> None:
        super().__init__(name, help=help)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in alphabetical order."""
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; none where there is none."""
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name].partition(":")
        found = getattr(import_module(f"{__package__}.{module}"), name)
        assert isinstance(found, click.Command)
        return found


def register(app: Flask) -> None:
    """Give an application its commands."""
    app.cli = Commands(app.name, PLACES)


def command_line(settings: Settings | None = None) -> Flask:
    """What the `flask` command loads: settings and commands alone, so that `flask --help` reads no
    law and compiles nothing.

    A variable of the environment that does not hold what it should ends the process with 2 and a
    sentence.
    """
    app = Flask("app")
    try:
        app.config["SETTINGS"] = settings or from_environment()
    except EnvError as error:
        from app.commands.output import USAGE

        # An exception would be taken for a missing command, or shown as a traceback by `flask
        # --help`.
        click.echo(str(error), err=True)
        sys.exit(USAGE)
    register(app)
    return app
