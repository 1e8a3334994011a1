"""What a service in production mode refuses to start with.

Each refusal is a sentence that says what to do.
"""

import logging
import os
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from app.data_keys import open_to_guessing
from app.records.database import open_database
from app.records.errors import RecordsUnavailable
from app.records.privileges import excess_privileges
from app.settings import Settings, is_loopback
from app.transparency.policy import NONE, PolicyWrong, read_policy

log = logging.getLogger(__name__)
SECRET_AT_LEAST = 32
OWN_COUNTS = frozenset({"memory", "redis+unix"})
COUNTS_OVER_TLS = frozenset({"rediss"})
DIFFERENT_CHARACTERS_AT_LEAST = 12
SAMPLES = (
    "change",
    "example",
    "sample",
    "secret",
    "password",
    "replace",
    "default",
    "your-",
    "1234567890",
)
"""Parts of sample keys. A random key contains one only once in many thousands."""


class UnfitForProduction(Exception):
    """The settings leave something open that production mode does not allow; *reasons* has a
    sentence for each.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def require_fit(settings: Settings) -> None:
    """Nothing, where the mode is another or everything is as it must be.

    Raises:
        UnfitForProduction: with every reason at once.
    """
    reasons = list(_reasons(settings)) if settings.in_production else []
    if reasons:
        raise UnfitForProduction(reasons)


def require_bounded_role(settings: Settings) -> None:
    """Nothing, where the mode is another, or the role in the database may only read and write rows.
    A database that cannot be reached now is not asked: without it nothing is served either.

    Raises:
        UnfitForProduction: the role may do more.
        RecordsUnavailable: the address of the database cannot be used.
    """
    if not settings.in_production:
        return
    engine = open_database(settings.database_url)  # of its own: no connection outlives a fork
    try:
        reasons = [
            f"The role in DATABASE_URL {may}. Use one that only reads and writes rows, and let "
            "another migrate; deploy/roles.sql creates both."
            for may in excess_privileges(engine)
        ]
    except RecordsUnavailable as error:
        log.warning("cannot check the role in the database: %s", error)
        return
    finally:
        engine.dispose()
    if reasons:
        raise UnfitForProduction(reasons)


def _reasons(settings: Settings) -> Iterator[str]:
    how = "Create one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not settings.secret_key:
        yield f"ELIGIBILITY_SECRET_KEY (or ELIGIBILITY_SECRET_KEY_FILE) is not set. {how}"
    for name, key in _keys(settings):
        if len(key) < SECRET_AT_LEAST:
            yield f"{name} is shorter than {SECRET_AT_LEAST} characters. {how}"
        elif (
            any(sample in key.lower() for sample in SAMPLES)
            or len(set(key)) < DIFFERENT_CHARACTERS_AT_LEAST
        ):
            yield f"{name} looks like a sample; it must be random. {how}"
    yield from open_to_guessing(settings.data_keys, settings.index_key, settings.secret_key)
    yield from _open_database(settings.database_url)
    yield from _open_addresses(settings)
    yield from _unlimited(settings)
    yield from _readable_log_key(settings)
    yield from policy_reasons(settings)
    if not settings.requires_second_factor:
        yield (
            "ELIGIBILITY_SECOND_FACTOR is off, so a password alone would let people in. Unset it."
        )
    if settings.debug:
        yield "FLASK_DEBUG is on, so callers could run code. Unset it."
    if settings.plain_cookies:
        yield (
            "ELIGIBILITY_PLAIN_COOKIES is on, so browsers would send session cookies without "
            "TLS. Unset it."
        )


def _readable_log_key(settings: Settings) -> Iterator[str]:
    """A complaint where the service could sign heads of the transparency log."""
    if settings.log_key is not None and os.access(settings.log_key, os.R_OK):
        yield (
            "The service can read ELIGIBILITY_LOG_KEY. Run `flask records seal --follow` as "
            "another user, and let only that user read the key."
        )


def policy_reasons(settings: Settings) -> Iterator[str]:
    """Complaints about a policy that is missing, or under which nobody outside watches the log."""
    how = 'See "The transparency log" in docs/operating.md.'
    try:
        policy = None if settings.policy is None else read_policy(settings.policy.read_bytes())
    except FileNotFoundError:
        policy = None
    except PolicyWrong as error:
        yield f"ELIGIBILITY_POLICY cannot be used. {error}."
        return
    except OSError as error:
        yield f"ELIGIBILITY_POLICY cannot be read: {error.strerror}."
        return
    if policy is None:
        yield f"ELIGIBILITY_POLICY names no file with the log and its witnesses. {how}"
    elif policy.quorum == NONE:
        yield (
            "The policy in ELIGIBILITY_POLICY has `quorum none`, so no witness would have to sign "
            f"the log. Name witnesses and a quorum of them. {how}"
        )
    elif not policy.logs:
        yield f"The policy in ELIGIBILITY_POLICY names no log, so no signature could hold. {how}"


def _keys(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.secret_key:
        yield "ELIGIBILITY_SECRET_KEY", settings.secret_key
    for key in settings.secret_key_fallbacks:
        yield "A key in ELIGIBILITY_SECRET_KEY_FALLBACKS", key


def _open_addresses(settings: Settings) -> Iterator[str]:
    """Complaints about ways over which others could read what is sent."""
    if not (is_loopback(settings.host) or settings.host.startswith(("unix:", "fd://"))):
        yield (
            f"The service would listen on {settings.host} without TLS. Listen on a socket or on "
            "127.0.0.1 and put nginx in front, as in deploy/nginx.conf."
        )
    if settings.proxy_hops and urlsplit(settings.issuer).scheme != "https":
        yield "ELIGIBILITY_ISSUER must be the https address at which clients reach the proxy."
    storage = urlsplit(settings.rate_storage)
    is_here = storage.scheme in OWN_COUNTS or is_loopback(storage.hostname or "")
    if not is_here and storage.scheme not in COUNTS_OVER_TLS:
        yield (
            "ELIGIBILITY_RATE_STORAGE would send who asks over the network in the clear. Use "
            "rediss:// or a socket (redis+unix://)."
        )


def _unlimited(settings: Settings) -> Iterator[str]:
    """Complaints about limits that are off: one caller could keep everybody else out."""
    for name, rate in (
        ("ELIGIBILITY_RATE_PER_ADDRESS", settings.rate_per_address),
        ("ELIGIBILITY_RATE_PER_CREDENTIAL", settings.rate_per_credential),
    ):
        if not rate:
            yield f"{name} is 0, so one caller could send any number of requests. Set a limit."


def _open_database(address: str) -> Iterator[str]:
    """Complaints about a connection to the database that others could read or answer in
    its place.
    """
    try:
        parts = urlsplit(address)
        kind, hosts, query = (
            parts.scheme.partition("+")[0],
            unquote(parts.hostname or ""),
            parse_qs(parts.query),
        )
    except ValueError:
        yield "DATABASE_URL is not a valid address."
        return
    if kind == "sqlite":
        return
    if kind != "postgresql":
        yield "DATABASE_URL must name SQLite or PostgreSQL."
        return
    if "sslmode" not in query and not {"hostaddr", "service"} & set(query):
        named = [
            host
            for text in ([hosts] if hosts else query.get("host", []))
            for host in text.split(",")
        ]
        if named and all(host.startswith("/") for host in named):
            return  # a socket of this machine
    if set(query.get("sslmode", [])) != {"verify-full"}:
        yield (
            "DATABASE_URL must require TLS with a verified certificate. Add ?sslmode=verify-full "
            "(and sslrootcert=…), or name the folder of a socket on this machine: "
            "postgresql://user@/name?host=/run/postgresql"
        )
