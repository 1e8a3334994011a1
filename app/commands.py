"""The command line (being built)."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from app.law.library import faults_in

law_group = AppGroup("law", help="Look at the encoded law.")


@law_group.command("check")
def check_law() -> None:
    """Read every file of the rulesets and print each complaint with its file and line."""
    faults = faults_in(current_app.config["SETTINGS"].rulesets)
    for fault in faults:
        click.echo(str(fault))
    click.echo("The law is sound." if not faults else f"{len(faults)} complaints.", err=True)
    sys.exit(3 if faults else 0)
