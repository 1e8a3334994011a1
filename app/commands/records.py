"""`flask records …`: what is done with everything that is kept.

Each command stands in a module of its own.
"""

from flask.cli import AppGroup

from app.commands.backing_up import backup_command, restore_command
from app.commands.replay import replay_command
from app.commands.retaining import dispose_command
from app.commands.sealing import accept_loss_command, seal_command, verify_command

records_group = AppGroup(
    "records", help="Seal, check, replay, back up and dispose of everything that is kept."
)
for command in (
    seal_command,
    verify_command,
    replay_command,
    backup_command,
    restore_command,
    accept_loss_command,
    dispose_command,
):
    records_group.add_command(command)
