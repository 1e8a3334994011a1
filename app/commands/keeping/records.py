"""`flask records …`: each command has its own module."""

from app.commands import Commands

records_group = Commands(
    "records",
    {
        "seal": "keeping.sealing:seal_command",
        "verify": "keeping.verifying:verify_command",
        "accept-loss": "keeping.verifying:accept_loss_command",
        "replay": "keeping.replay:replay_command",
        "backup": "keeping.backing_up:backup_command",
        "backup-key": "keeping.backing_up:backup_key_command",
        "restore": "keeping.backing_up:restore_command",
        "dispose": "disposing.marking:dispose_command",
        "disposals": "disposing.releasing:disposals_command",
        "release": "disposing.releasing:release_command",
        "withdraw": "disposing.releasing:withdraw_command",
    },
    help="Seal, verify, replay, back up, restore and dispose of stored records.",
)
