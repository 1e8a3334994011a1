"""The files of the transparency log that commands use: its key, its policy, and what it says."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.lawbook.sources import settings
from app.commands.output import DOWN, USAGE, Refusal

if TYPE_CHECKING:
    from app.records.log.reading import Log
    from app.transparency.keys import PrivateKey
    from app.transparency.policy import Policy

RECEIPTS_AT_MOST_BYTES = 65_536


def policy() -> "Policy | None":
    """The policy that the settings name; None where there is none.

    Raises:
        Refusal: it cannot be read.
    """
    from app.records.log.reading import policy_of
    from app.transparency.policy import PolicyWrong

    try:
        return policy_of(settings().policy)
    except PolicyWrong as error:
        raise Refusal(USAGE, "policy-unusable", f"{error}.") from None
    except OSError as error:
        raise Refusal(
            DOWN, "policy-unreadable", f"Cannot read the policy: {error.strerror}."
        ) from None


def made_key(file: Path, name: str) -> "PrivateKey":
    """The key in a file that signs notes; one of this name is made where there is none.

    Raises:
        Refusal: it cannot be read or made, others may read it, or it signs something else.
    """
    from app.transparency.encoding import Malformed
    from app.transparency.key_files import OpenToOthers, key_made_once
    from app.transparency.keys import ED25519

    try:
        key = key_made_once(file, name)
    except (Malformed, OpenToOthers) as error:
        raise Refusal(USAGE, "key-unusable", f"Cannot use the key in {file}: {error}.") from None
    except OSError as error:
        raise Refusal(
            DOWN, "key-unreadable", f"Cannot read the key in {file}: {error.strerror}."
        ) from None
    if key.kind != ED25519:
        raise Refusal(USAGE, "key-unusable", f"The key in {file} is not the key of a log.")
    return key


def named_key(file: Path, asked: "Policy | None") -> "PrivateKey":
    """The log's key, which the policy names. Where there is no policy and no key, both are made,
    except in production mode: that log asks for no witness.

    Raises:
        Refusal: the key cannot be used, or the policy does not name it.
    """
    from app.transparency.receipts import SUFFIX

    logs = [] if asked is None else [party.key for party in asked.logs]
    if not file.exists() and any(not key.name.endswith(SUFFIX) for key in logs):
        raise Refusal(
            USAGE,
            "key-missing",
            f"There is no key in {file}, but the policy names the key of a log. Put that key "
            "back; a new key would begin another log.",
        )
    key = made_key(file, settings().log_name)
    if asked is None and not settings().in_production:
        _write_policy(key)
    elif asked is not None and key.public not in logs:
        raise Refusal(
            USAGE,
            "log-not-in-policy",
            f"The policy does not name this log. Add a line to it: log {key.public}",
        )
    return key


def _write_policy(key: "PrivateKey") -> None:
    """Write a policy for a service on one machine: its log and receipts, and no witness."""
    from app.transparency.receipts import SUFFIX

    file, receipts = settings().policy, settings().receipt_key
    if file is None or receipts is None:
        return
    receipt_key = made_key(receipts, f"{key.name}{SUFFIX}")
    lines = f"log {key.public}\nlog {receipt_key.public}\nquorum none\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise Refusal(
            DOWN, "policy-unwritable", f"Cannot write the policy: {error.strerror}."
        ) from None


def log_read() -> "Log | None":
    """What the files of the log say under the policy; None where the settings name no log.

    Raises:
        Refusal: they cannot be read.
    """
    from app.records.log.reading import read_log

    chosen = settings()
    try:
        return read_log(chosen.log, policy(), chosen.log_key, chosen.receipt_key)
    except OSError as error:
        raise Refusal(DOWN, "log-unreadable", f"Cannot read the log: {error.strerror}.") from None


def receipts_in(folder: Path | None) -> list[tuple[str, bytes]] | None:
    """The files of a folder, each with its name; None where none is named. Of one that is too large
    for a receipt the beginning is read.

    Raises:
        Refusal: they cannot be read.
    """
    if folder is None:
        return None
    if settings().log is None:
        raise Refusal(USAGE, "no-log", "Receipts are compared with the log: set ELIGIBILITY_LOG.")
    found = []
    try:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                with file.open("rb") as opened:
                    content = opened.read(RECEIPTS_AT_MOST_BYTES)
                found.append((str(file.relative_to(folder)), content))
    except OSError as error:
        raise Refusal(
            DOWN, "receipts-unreadable", f"Cannot read the receipts: {error.strerror}."
        ) from None
    return found
