"""`flask applicants …`: names and birth dates, and the keys that encrypt them."""

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.commands.keeping.data_ring import data_ring
from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import (
    REJECTED,
    USAGE,
    Refusal,
    command,
    counted,
    progress_of,
    respond,
)

if TYPE_CHECKING:
    from app.records.applicants.key_rotation import Rotated

applicants_group = AppGroup(
    "applicants",
    help="Delete what is personal of somebody, or re-encrypt all of it under a new key.",
)


@applicants_group.command("rotate-keys")
@command
def rotate_keys(as_json: bool) -> None:
    """Re-encrypt names, birth dates, texts and files under the first key of ELIGIBILITY_DATA_KEYS.
    Index names under ELIGIBILITY_INDEX_KEY.

    The service can run meanwhile, and you can stop and repeat the command. To rotate a key: add the
    new key at the end of the list and restart every process. Move it to the front and restart
    again. Then run this command. When no record has the old key, remove the old key.

    \b
    Example:  flask applicants rotate-keys
    """
    from app.records.applicants.key_rotation import count_encrypted, rotate

    ring = data_ring()
    with open_records() as store:
        with progress_of("Re-encrypting", count_encrypted(store)) as advance:
            rotated = rotate(store, ring, advance)
        store.note(command_origin().did("applicants.rotated", ring.current, kind="applicants"))
    _require_whole(rotated, ring.current)
    respond(
        as_json,
        {"key": ring.current, "rotated": rotated.rotated, "current_already": rotated.current},
        f"Re-encrypted {counted(rotated.rotated, 'record')} under {ring.current}; "
        f"{rotated.current:,} already had this key. No record has an older key.",
    )


def _require_whole(rotated: "Rotated", key: str) -> None:
    """Nothing, where all is under the current key.

    Raises:
        Refusal: something cannot be read, or was written under an older key meanwhile.
    """
    if rotated.unreadable:
        complaints = [{"row": id, "detail": what} for id, what in rotated.unreadable.items()]
        hint = "Add their keys to ELIGIBILITY_DATA_KEYS; `flask records verify` lists changed rows."
        told = f"Cannot decrypt {counted(len(complaints), 'record')}. {hint}"
        raise Refusal(REJECTED, "applicants-unreadable", told, complaints)
    if rotated.left:
        told = f"The service stored {counted(rotated.left, 'record')} under an older key meanwhile."
        raise Refusal(
            REJECTED,
            "older-key-in-use",
            f"{told} Restart every process with {key} as its first key, then run this again.",
        )


@applicants_group.command("forget")
@click.argument("subject")
@click.option(
    "--organization",
    help="Whose SUBJECT it is, if no applicant has that reference.",
)
@command
def forget_applicant(subject: str, organization: str | None, as_json: bool) -> None:
    """Delete the name and birth date of SUBJECT, with the texts and files of its waiver requests.
    Determinations and the steps of requests stay. A legal hold prevents the deletion.

    \b
    Example:  flask applicants forget person-k3j9x2abmnpq
    """
    from app.records.applicants.forgetting import UnderHold, forget

    by = command_origin()
    with open_records() as store:
        try:
            was_there = forget(
                store,
                subject,
                lambda one: by.did("applicant.forgotten", one, kind="applicant"),
                lambda request: by.did("waiver.forgotten", request, kind="waiver"),
                organization,
            )
        except UnderHold:
            raise Refusal(
                REJECTED, "under-hold", "A legal hold covers this subject; deleted nothing."
            ) from None
    if not was_there:
        raise Refusal(USAGE, "applicant-unknown", "No applicant has this subject reference.")
    respond(
        as_json,
        {"forgotten": subject},
        "Deleted what was personal. Earlier backups still contain it, encrypted.",
    )
