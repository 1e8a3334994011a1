import click
from flask.cli import AppGroup

open_enrollment_command = click.Command("open-enrollment")
eligibility_calendar_command = click.Command("eligibility-calendar")
database_group = AppGroup("db")
demonstration_group = AppGroup("demo")
