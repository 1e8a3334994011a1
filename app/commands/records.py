"""`flask records …`: each command has its own module."""

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
    help="Seal, verify, replay, back up, restore and dispose of stored records.",
)
