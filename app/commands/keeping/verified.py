"""How `flask records verify` tells what a verification found and proved."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.output import Screen, counted
from app.instants import instant_text

if TYPE_CHECKING:
    from app.records.verifying.verification import Verified
    from app.transparency.endings import Ending

SHOWN = 100


def verified_document(verified: "Verified") -> dict[str, object]:
    """A verification for a program."""
    noted = verified.noted
    return {
        "holds": not verified.complaints,
        "proved": _proved(verified),
        "receipts": {"hold": verified.proof.held, "not_due_yet": verified.proof.due},
        "logs_ended": list(map(_ended, verified.proof.endings)),
        "invented_times": verified.invented,
        "records": verified.records,
        "seals": verified.seals,
        "unsealed": verified.unsealed,
        "chain": verified.chain,
        "database": verified.database,
        "checkpoints": {
            "seals": len(noted.chains),
            "of_other_databases": noted.of_others,
            "other_databases": noted.others,
            "accepted_losses": [
                {
                    "after": loss.after,
                    "through": loss.through,
                    "because": loss.because,
                    "by": loss.by,
                }
                for loss in noted.losses
            ],
        },
        "complaints": [
            {"kind": complaint.kind, "id": complaint.object_id, "what": complaint.what}
            for complaint in verified.complaints
        ],
    }


def _proved(verified: "Verified") -> dict[str, object]:
    proof = verified.proof
    return {
        "against": proof.against,
        "through_seal": proof.through,
        "log": proof.log,
        "through_record": proof.record,
        "witnesses": proof.witnesses,
        "witnessed_through_record": proof.witnessed,
        "log_key_is_readable": proof.own_key,
        "enough": proof.is_enough and not verified.complaints,
        "lacking": list(proof.short),
    }


def _ended(ending: "Ending") -> dict[str, object]:
    return {
        "log": ending.ended.origin,
        "records": ending.ended.size,
        "in_the_database": ending.shared,
        "then_began": ending.began,
        "because": ending.because,
        "by": ending.by,
        "at": instant_text(ending.at),
    }


def lost_seals(first: int, through: int) -> str:
    """What seals are lost, in words."""
    return f"seals {first} to {through}" if through else "notes of this database's seals"


def print_checkpoints(file: Path | None, verified: "Verified") -> None:
    """Say what was compared with which notes, and which losses were accepted."""
    screen, noted = Screen(), verified.noted
    for loss in noted.losses:
        what = lost_seals(loss.after + 1, loss.through)
        of = "" if loss.database == verified.database else f" of the database {loss.database}"
        screen.line(
            f"{loss.by} accepted the loss of the {what}{of} on {loss.at.date()}: {loss.because}"
        )
    screen.line(f"Compared the seals with {file}; --checkpoints names another file.", fold=False)


def print_proof(verified: "Verified") -> None:
    """Say what was proved against what, and what is lacking."""
    screen, proof = Screen(), verified.proof
    if verified.invented:
        screen.line(
            f"{counted(verified.invented, 'record')} of the demonstration carry invented times."
        )
    for ending in proof.endings:
        screen.line(
            f"{ending.by} ended the log {ending.ended.origin} on {ending.at.date()}: "
            f"{ending.because}. It had {counted(ending.ended.size, 'record')}; the database has "
            f"the first {ending.shared} of them.",
            fold=False,
        )
    if proof.held or proof.due:
        screen.line(
            f"{counted(proof.held, 'receipt')} held; {proof.due} promise a later time than now."
        )
    for sentence in proof.short:
        screen.line(sentence)
    if verified.complaints:
        return
    for sentence in proof.sentences():
        screen.line(sentence)


def print_verified(verified: "Verified") -> None:
    """Say what was looked at, and each complaint."""
    screen, complaints = Screen(), verified.complaints
    for complaint in complaints[:SHOWN]:
        screen.line(str(complaint), fold=False)
    if len(complaints) > SHOWN:
        screen.line(f"… and {len(complaints) - SHOWN} more")
    screen.line(
        f"Verified {counted(verified.records, 'record')} and {counted(verified.seals, 'seal')}; "
        f"{verified.unsealed} unsealed."
    )
    if complaints:
        screen.line(f"{counted(len(complaints), 'complaint')}, the first record first.")
    else:
        screen.line("All records are intact.")
