"""What the environment says, read once."""

from argparse import ArgumentError, ArgumentParser
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from shlex import split
from urllib.parse import urlsplit

from environs import Env, ValidationError, validate

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where the law and the records are, which edition is used where nobody names one, and how much is read at once.

    `body_bytes` bounds one request body and one line of a batch, `batch_lines` and `batch_bytes` a whole batch. *host* is where the
    service listens, *issuer* the address that clients reach it at, which access tokens name; these live *token_seconds*.
    *instance* is the folder for what this installation alone has: the database, the keys that sign tokens, the demonstration's key.
    """

    rulesets: Path = ROOT / "rulesets"
    edition: str | None = None
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'determinations.sqlite'}"
    batch_lines: int = 100_000
    body_bytes: int = 1_048_576
    batch_bytes: int = 268_435_456
    host: str = "127.0.0.1"
    issuer: str = "http://127.0.0.1:8000"
    token_seconds: int = 900
    instance: Path = ROOT / "instance"


def from_environment() -> Settings:
    """The settings that environment variables give; unset ones keep their defaults.

    Raises:
        environs.EnvError: a variable does not hold what it should.
    """
    env, defaults = Env(), Settings()
    bound = bound_host(env.str("GUNICORN_CMD_ARGS", ""))
    return Settings(
        rulesets=Path(env.str("ELIGIBILITY_RULESETS", str(defaults.rulesets))),
        edition=env.str("ELIGIBILITY_EDITION", None),
        database_url=env.str("DATABASE_URL", defaults.database_url),
        batch_lines=env.int("ELIGIBILITY_BATCH_LINES", defaults.batch_lines),
        body_bytes=env.int("ELIGIBILITY_BODY_BYTES", defaults.body_bytes),
        batch_bytes=env.int("ELIGIBILITY_BATCH_BYTES", defaults.batch_bytes),
        host=env.str("ELIGIBILITY_HOST", defaults.host) if bound is None else bound,
        issuer=env.str("ELIGIBILITY_ISSUER", f"http://127.0.0.1:{env.str('PORT', '8000')}", validate=_is_issuer),
        token_seconds=env.int(
            "ELIGIBILITY_TOKEN_SECONDS", defaults.token_seconds, validate=validate.Range(60, defaults.token_seconds)
        ),
        instance=Path(env.str("ELIGIBILITY_INSTANCE", str(defaults.instance))),
    )


def _is_issuer(address: str) -> None:
    """An https address without path, or an http address of this machine: a token sent in the clear is anybody's."""
    parts = urlsplit(address)
    is_bare = bool(parts.hostname) and not parts.path and not parts.query and not parts.fragment and "@" not in parts.netloc
    if not is_bare or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))):
        raise ValidationError("ELIGIBILITY_ISSUER must be like https://eligibility.example.org, without a path")


def bound_host(arguments: str) -> str | None:
    """The host that arguments of gunicorn bind to; none where none is named. Of several, one that others can reach, if any.

    What is no host and port, such as a socket that a proxy reads, is told whole: it is not this machine alone.
    """
    parser = ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("-b", "--bind", action="append", default=[])
    try:
        bound = parser.parse_known_args(split(arguments))[0].bind
    except (ArgumentError, ValueError):  # gunicorn itself will refuse them
        return arguments
    hosts = [address if "/" in address else address.rpartition(":")[0] if ":" in address else address for address in bound]
    return next((host for host in hosts if not is_loopback(host)), hosts[0] if hosts else None)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on a host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
