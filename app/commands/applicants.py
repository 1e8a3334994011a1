"""`flask applicants …`: the names and birth dates that are kept, and the keys they are encrypted
with.
"""

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.commands.answers import (
    DOWN,
    REJECTED,
    USAGE,
    Refusal,
    answering,
    counted,
    progress_of,
    tell,
)
from app.commands.sources import command_origin, kept_records, settings

if TYPE_CHECKING:
    from app.records.applicants.encryption import KeyRing
    from app.records.applicants.key_rotation import Rotated

applicants_group = AppGroup(
    "applicants",
    help="Forget somebody's name and birth date; re-encrypt all of them under a new key.",
)


@applicants_group.command("rotate-keys")
@answering
def rotate_keys(as_json: bool) -> None:
    """Re-encrypt every name and birth date under the first of ELIGIBILITY_DATA_KEYS, and index it
    under ELIGIBILITY_INDEX_KEY.

    The service may run meanwhile, and the command may be stopped and run again. Give every process
    the new key as the last of the keys first, then as the first, then run this; once it leaves none
    under an older key, the older one may go.

    \b
    Example:  flask applicants rotate-keys
    """
    from app.records.applicants.key_rotation import count_applicants, rotate

    ring = _ring()
    with kept_records() as store:
        with progress_of("Re-encrypting", count_applicants(store)) as advance:
            rotated = rotate(store, ring, advance)
        store.note(command_origin().did("applicants.rotated", ring.current, kind="applicants"))
    _require_whole(rotated, ring.current)
    tell(
        as_json,
        {"key": ring.current, "rotated": rotated.rotated, "current_already": rotated.current},
        f"{counted(rotated.rotated, 'applicant')} re-encrypted under {ring.current}, "
        f"{rotated.current:,} were already. None is under an older key.",
    )


def _require_whole(rotated: "Rotated", key: str) -> None:
    """Nothing, where all is under the current key.

    Raises:
        Refusal: something cannot be read, or was written under an older key meanwhile.
    """
    if rotated.unreadable:
        complaints = [{"row": id, "detail": what} for id, what in rotated.unreadable.items()]
        hint = (
            "Add the keys they are encrypted with; `flask records verify` names what was changed."
        )
        told = f"{counted(len(complaints), 'applicant')} cannot be decrypted. {hint}"
        raise Refusal(REJECTED, "applicants-unreadable", told, complaints)
    if rotated.left:
        told = f"{counted(rotated.left, 'applicant')} written under an older key meanwhile."
        raise Refusal(
            REJECTED,
            "older-key-in-use",
            f"{told} Start every process with {key} as its first key, and run this again.",
        )


@applicants_group.command("forget")
@click.argument("subject")
@answering
def forget_applicant(subject: str, as_json: bool) -> None:
    """Delete the name and birth date kept under SUBJECT. What was decided about the subject stays;
    a legal hold keeps everything.

    \b
    Example:  flask applicants forget person-k3j9x2abmnpq
    """
    from app.records.applicants.forgetting import UnderHold, forget

    by = command_origin()
    with kept_records() as store:
        try:
            was_there = forget(
                store, subject, lambda one: by.did("applicant.forgotten", one, kind="applicant")
            )
        except UnderHold:
            raise Refusal(
                REJECTED, "under-hold", "A legal hold keeps this subject; nothing was deleted."
            ) from None
    if not was_there:
        raise Refusal(
            USAGE, "applicant-unknown", "There is no applicant under this subject reference."
        )
    tell(
        as_json,
        {"forgotten": subject},
        "Name and birth date are deleted. Backups made before hold them still, encrypted.",
    )


def _ring() -> "KeyRing":
    """The keys that the settings name.

    Raises:
        Refusal: they cannot be used.
    """
    from app.data_keys import KeysUnreadable
    from app.records.applicants.encryption import key_ring
    from app.settings import NoDataKeys

    try:
        return key_ring(settings())
    except (KeysUnreadable, NoDataKeys) as error:
        raise Refusal(USAGE, "keys-unusable", f"{error}.") from None
    except OSError as error:
        raise Refusal(
            DOWN, "keys-unavailable", f"The keys cannot be read: {error.strerror}."
        ) from None
