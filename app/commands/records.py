"""`flask records …`: what is done with everything that is kept. Each command stands in a module of its own."""

from flask.cli import AppGroup

from app.commands.replaying import replay_command

records_group = AppGroup("records", help="Check everything that is kept.")
records_group.add_command(replay_command)
