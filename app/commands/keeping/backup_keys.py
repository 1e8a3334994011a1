"""The keys of backups: those they are encrypted to, and those that sign them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.commands.lawbook.sources import settings
from app.commands.output import DOWN, REJECTED, USAGE, Refusal

if TYPE_CHECKING:
    from app.transparency.keys import PrivateKey, PublicKey

KEY_FILE = "backup.key"


def not_a_backup(file: Path, why: str) -> Refusal:
    """The refusal of a file that cannot be restored; *why* without a full stop."""
    return Refusal(REJECTED, "not-a-backup", f"Cannot restore {file}: {why}. Stored nothing.")


def recipients_of(named: Sequence[str], file: Path | None) -> list[Any]:
    """The public keys that a backup is encrypted to.

    Raises:
        Refusal: one is none, or production mode is set and none is named.
    """
    from app.records.backups.encryption import KeyUnusable, read_recipients

    try:
        listed = [] if file is None else file.read_text(encoding="utf-8").splitlines()
        found = read_recipients([*named, *listed])
    except (KeyUnusable, UnicodeDecodeError) as error:
        why = str(error) if isinstance(error, KeyUnusable) else f"{file} is not text"
        raise Refusal(USAGE, "key-unusable", f"Cannot encrypt: {why}.") from None
    except OSError as error:
        raise Refusal(USAGE, "key-unreadable", f"Cannot read {file}: {error.strerror}.") from None
    if file is not None and not found:
        raise Refusal(USAGE, "key-unusable", f"Cannot encrypt: {file} lists no public key.")
    if not found and settings().in_production:
        raise Refusal(
            USAGE,
            "backup-in-the-clear",
            "In production mode a backup must be encrypted. Name who may open it with --to or "
            "--to-file; `flask records backup-key FILE` creates a key.",
        )
    return found


def identities_of(file: Path) -> list[Any]:
    """The secret keys in a file.

    Raises:
        Refusal: it holds none, or cannot be read.
    """
    from app.records.backups.encryption import KeyUnusable, read_identities

    try:
        return read_identities(file)
    except KeyUnusable as error:
        raise Refusal(USAGE, "key-unusable", f"Cannot decrypt: {error}.") from None
    except OSError as error:
        raise Refusal(USAGE, "key-unreadable", f"Cannot read {file}: {error.strerror}.") from None


def new_backup_key(file: Path) -> str:
    """Create a secret key in a new file; its recipient.

    Raises:
        Refusal: the file exists, or cannot be written.
    """
    import os

    from app.records.backups.encryption import new_key

    secret, recipient = new_key()
    try:
        with open(file, "x", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(f"# recipient: {recipient}\n{secret}\n")
    except FileExistsError:
        raise Refusal(USAGE, "file-exists", f"{file} already exists; name another file.") from None
    except OSError as error:
        raise Refusal(USAGE, "file-unwritable", f"Cannot write {file}: {error.strerror}.") from None
    return recipient


def signing_key(file: Path | None) -> "PrivateKey":
    """The key that signs backups, which is created where there is none.

    Raises:
        Refusal: it cannot be read or created, or others may read it.
    """
    from app.transparency.encoding import Malformed
    from app.transparency.key_files import OpenToOthers, create_key, read_key
    from app.transparency.keys import ED25519, new_private_key

    chosen = file or settings().instance / KEY_FILE
    try:
        if not chosen.exists():
            name = f"{urlsplit(settings().issuer).netloc}/backups"
            create_key(chosen, new_private_key(name, ED25519))
        key = read_key(chosen)
    except (Malformed, OpenToOthers) as error:
        raise Refusal(USAGE, "key-unusable", f"Cannot sign the backup: {error}.") from None
    except OSError as error:
        raise Refusal(DOWN, "key-unreadable", f"Cannot use {chosen}: {error.strerror}.") from None
    if key.kind != ED25519:
        raise Refusal(USAGE, "key-unusable", f"The key in {chosen} does not sign backups.")
    return key


def signer_of(file: Path, signed_by: Sequence[str]) -> str | None:
    """The trusted key that signed a backup as it is; None for an unencrypted one without signature
    in development mode.

    Raises:
        Refusal: it is not what a trusted key signed.
        OSError: it cannot be read.
    """
    from app.records.backups.encryption import is_encrypted
    from app.records.backups.signing import NoSignature, NotTrusted, require_signed, signature_of

    is_plain = not is_encrypted(file)
    try:
        return str(require_signed(file, _trusted(signed_by)))
    except NotTrusted as error:
        raise not_a_backup(file, str(error)) from None
    except NoSignature:
        if is_plain and not signed_by and not settings().in_production:
            return None
        raise not_a_backup(
            file,
            f"its signature {signature_of(file).name} is missing. Copy it beside the backup, or "
            "add --unsigned to restore without one",
        ) from None


def _trusted(signed_by: Sequence[str]) -> "list[PublicKey]":
    """The keys whose signatures count.

    Raises:
        Refusal: a text is no public key.
    """
    from app.transparency.encoding import Malformed
    from app.transparency.keys import read_public_key

    own = settings().instance / KEY_FILE
    try:
        if signed_by:
            return [read_public_key(each) for each in signed_by]
        return [signing_key(own).public] if own.exists() else []
    except Malformed as error:
        raise Refusal(
            USAGE,
            "key-unusable",
            f"--signed-by must be a public key that `backup` printed: {error}.",
        ) from None
