"""`flask witness key` and `flask witness serve`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from app import clock
from app.commands.lawbook.sources import settings
from app.commands.output import DOWN, REJECTED, USAGE, Refusal, command, respond

if TYPE_CHECKING:
    from app.transparency.keys import PrivateKey, PublicKey

witness_group = AppGroup(
    "witness", help="Sign the heads of transparency logs, each only if it goes on from the last."
)
key_option = click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the witness's private key; default: witness.key in ELIGIBILITY_INSTANCE.",
)


@witness_group.command("key")
@click.argument("name", required=False)
@key_option
@command
def key_command(name: str | None, key_file: Path | None, as_json: bool) -> None:
    """Print the public key of the witness, for the policy of the log. With NAME, create the key.

    NAME tells witnesses apart, like an address without its scheme. The private key goes to a file
    that only you can read. Keep it on another machine than the service whose log you witness.

    \b
    Example:  flask witness key carrier.example.org/witness
    """
    from app.transparency.key_files import create_key
    from app.transparency.keys import COSIGNATURE, new_private_key

    file = key_file or _own("witness.key")
    if name is not None:
        try:
            create_key(file, new_private_key(name, COSIGNATURE))
        except ValueError as error:
            raise Refusal(USAGE, "name-unusable", f"Cannot create the key: {error}.") from None
        except FileExistsError:
            raise Refusal(REJECTED, "key-exists", f"A key is in {file} already.") from None
        except OSError as error:
            raise Refusal(
                DOWN, "key-unwritable", f"Cannot write the key: {error.strerror}."
            ) from None
    public = str(_key(file).public)
    respond(as_json, {"public_key": public, "file": str(file)}, public, fold=False)


@witness_group.command("serve")
@click.option(
    "--log",
    "logs",
    multiple=True,
    required=True,
    metavar="KEY",
    help="The public key of a log to witness; repeat it for several.",
)
@key_option
@click.option(
    "--memory",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The SQLite file of the last heads; default: witness.sqlite in ELIGIBILITY_INSTANCE.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8001, show_default=True)
@command
def serve_command(
    logs: tuple[str, ...],
    key_file: Path | None,
    memory: Path | None,
    host: str,
    port: int,
    as_json: bool,
) -> None:
    """Serve a witness until stopped: it signs a log's head only if it goes on from the last one.

    Never delete the memory, and never restore an older one: the witness would sign a second
    history.

    \b
    Example:  flask witness serve --log LOG-KEY
    """
    from app.witness.memory import MemoryUnusable, prepare
    from app.witness.serving import Server, witness_app
    from app.witness.witness import Witness

    witness = Witness(
        _key(key_file or _own("witness.key")),
        [_log_key(each) for each in logs],
        memory or _own("witness.sqlite"),
    )
    try:
        prepare(witness.memory)
    except MemoryUnusable as error:
        raise Refusal(DOWN, "memory-unusable", f"Cannot use {witness.memory}: {error}.") from None
    address, public = f"http://{host}:{port}/", str(witness.key.public)
    respond(
        as_json,
        {"address": address, "public_key": public},
        f"Witness {public} at {address}",
        fold=False,
    )
    Server(witness_app(witness, lambda: int(clock.now().timestamp())), host, port).run()


def _own(name: str) -> Path:
    return settings().instance / name


def _key(file: Path) -> "PrivateKey":
    """The witness's key.

    Raises:
        Refusal: it cannot be read, others may read it, or it is of another kind.
    """
    from app.transparency.encoding import Malformed
    from app.transparency.key_files import OpenToOthers, read_key
    from app.transparency.keys import COSIGNATURE

    try:
        key = read_key(file)
    except (Malformed, OpenToOthers) as error:
        raise Refusal(USAGE, "key-unusable", f"Cannot use the key: {error}.") from None
    except OSError as error:
        hint = "`flask witness key NAME` creates it."
        raise Refusal(
            DOWN, "key-unreadable", f"Cannot read {file}: {error.strerror}. {hint}"
        ) from None
    if key.kind != COSIGNATURE:
        raise Refusal(USAGE, "key-unusable", f"The key in {file} is not the key of a witness.")
    return key


def _log_key(text: str) -> "PublicKey":
    from app.transparency.encoding import Malformed
    from app.transparency.keys import ED25519, read_public_key

    try:
        key = read_public_key(text)
    except Malformed as error:
        raise Refusal(USAGE, "log-unusable", f"Cannot use --log {text}: {error}.") from None
    if key.kind != ED25519:
        raise Refusal(USAGE, "log-unusable", f"--log {text} is not the key of a log.")
    return key
