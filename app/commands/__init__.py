"""The command line: the same law and the same determinations as over HTTP, for a terminal and for
scripts.

Every command takes `--json` (the machine's answer on standard output). Exit codes: 0 done; 1 a
negative answer, only where `--exit-code` asks for it; 2 the command was given wrongly; 3 the facts
or the law were rejected; 4 something it needs is down.
"""

import sys

import click
from environs import EnvError
from flask import Flask

from app.settings import Settings, from_environment


def register(app: Flask) -> None:
    """Give an application its commands."""
    from app.commands.applicants import applicants_group
    from app.commands.clients import clients_group
    from app.commands.database import database_group
    from app.commands.decide import decide_command
    from app.commands.demonstration import demonstration_group
    from app.commands.eligibility_calendar import eligibility_calendar_command
    from app.commands.keys import keys_group
    from app.commands.law import law_group
    from app.commands.open_enrollment import open_enrollment_command
    from app.commands.questions import questions_command
    from app.commands.records import records_group
    from app.commands.users import users_group

    for command in (
        law_group,
        decide_command,
        questions_command,
        open_enrollment_command,
        eligibility_calendar_command,
        database_group,
        records_group,
        applicants_group,
        demonstration_group,
        keys_group,
        clients_group,
        users_group,
    ):
        app.cli.add_command(command)


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
        from app.commands.refusals import USAGE

        # An exception would be taken for a missing command, or shown as a traceback by `flask
        # --help`.
        click.echo(str(error), err=True)
        sys.exit(USAGE)
    register(app)
    return app
