"""`flask records …`: what is done with everything that is kept.

Each command stands in a module of its own.
"""

from app.commands import Commands

records_group = Commands(
    "records",
    {
        "seal": "sealing:seal_command",
        "verify": "sealing:verify_command",
        "accept-loss": "sealing:accept_loss_command",
        "replay": "replay:replay_command",
        "backup": "backing_up:backup_command",
        "restore": "backing_up:restore_command",
        "dispose": "retaining:dispose_command",
    },
    help="Seal, check, replay, back up and dispose of everything that is kept.",
)
