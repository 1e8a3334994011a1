"""What the environment says, read once."""

import secrets
from argparse import ArgumentError, ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from pathlib import Path
from shlex import split
from urllib.parse import parse_qsl, urlencode, urlsplit

from environs import Env, EnvError, FileAwareEnv, ValidationError, validate

from app.data_keys import new_key, read_data_keys, read_index_key, stored_secret
from app.single_sign_on import SingleSignOn, single_sign_on

ROOT = Path(__file__).resolve().parent.parent
SECRET_FILE = "secret.key"  # noqa: S105  (where it is, not what it is)
DATA_KEYS_FILE, INDEX_KEY_FILE = "data.keys", "index.key"
SECRET_BYTES = 32
LOG_PATH = "/v1/log"


class NoDataKeys(Exception):
    """The keys for personal data are not set. The message names the setting."""


@dataclass(frozen=True)
class Settings:
    """Everything that may be set; docs/settings.md says what each is for.

    `body_bytes` bounds one request body and one line of a batch, `batch_lines` and `batch_bytes` a
    whole batch. Records are sealed every `sealing_seconds` by the service itself, or by `flask
    records seal`; `checkpoints` is a file that notes every seal outside the database, `retention`
    one that says how long records are kept. `log` is the folder of the transparency log, `log_key`
    the file of the key that signs it, which only `flask records seal --follow` opens, `receipt_key`
    that of the key that signs receipts, and `policy` one that says which witnesses are to sign it
    too. `lawbooks` is the folder in which a law that was read is kept for the next start, none
    where it is not to be. `rate_…` are requests a minute, 0 for no limit. `host` is where the
    service listens, `issuer` the address that clients reach it at, which access tokens name; these
    live `token_seconds`. `instance` is the folder for what this installation alone has: the
    database, the keys that sign tokens. `plain_cookies` lets browsers sign in over plain HTTP that
    do not take a loopback address for secure; never set it elsewhere. `data_keys` encrypt personal
    data, `index_key` is what it is found by: see `app.data_keys`. Marks wait `disposal_wait` days.
    `second_factor` is `required` of everybody who signs in, or `off`: only those need it who have
    set one up.
    """

    rulesets: Path = ROOT / "rulesets"
    languages: Path = ROOT / "languages"
    edition: str | None = None
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'determinations.sqlite'}"
    batch_lines: int = 100_000
    body_bytes: int = 1_048_576
    batch_bytes: int = 268_435_456
    sealing: str = "in-process"
    sealing_seconds: float = 1.0
    checkpoints: Path | None = None
    retention: Path | None = None
    disposal_wait: int = 7
    log: Path | None = None
    log_key: Path | None = None
    receipt_key: Path | None = None
    policy: Path | None = None
    lawbooks: Path | None = None
    mode: str = "development"
    debug: bool = False
    secret_key: str | None = field(default=None, repr=False)
    secret_key_fallbacks: tuple[str, ...] = ()
    data_keys: str | None = field(default=None, repr=False)
    index_key: str | None = field(default=None, repr=False)
    plain_cookies: bool = False
    single_sign_on: SingleSignOn | None = None
    second_factor: str = "off"
    log_level: str = "info"
    workers: int = 2
    threads: int = 2
    queue: int = 30
    at_once_per_credential: int = 24
    batches: int = 2
    batches_per_credential: int = 1
    drain_seconds: float = 1.0
    faults_at_most: int = 10
    proxy_hops: int = 0
    rate_per_address: int = 60_000
    rate_per_credential: int = 600_000
    rate_storage: str = "memory://"
    host: str = "127.0.0.1"
    issuer: str = "http://127.0.0.1:8000"
    token_seconds: int = 900
    unused_days: int = 60
    instance: Path = ROOT / "instance"

    @property
    def in_production(self) -> bool:
        """Whether nothing may be left open that is only for looking around."""
        return self.mode == "production"

    @property
    def requires_second_factor(self) -> bool:
        """Whether everybody who signs in needs a second factor."""
        return self.second_factor == "required"

    @property
    def log_name(self) -> str:
        """What heads call the log of this installation: its address without the scheme."""
        return f"{urlsplit(self.issuer).netloc}{LOG_PATH}"


SHOWN = {"edition", "host", "issuer", "mode", "log_level", "sealing", "second_factor"}
"""The texts among the settings that are printed as they are.

Of all others it is only said whether they are set.
"""
HARMLESS_PARAMETERS = {"host", "port", "sslmode", "sslrootcert"}


def from_environment() -> Settings:
    """The settings that environment variables give; unset ones keep their defaults.

    Each may also be read from a file: `DATABASE_URL_FILE=/run/secrets/database` stands for
    `DATABASE_URL`.

    Raises:
        environs.EnvError: a variable does not hold what it should.
    """
    env, defaults = FileAwareEnv(strip_whitespace=True), Settings()
    try:
        return _read(env, defaults)
    except EnvError:
        raise
    except ValueError as error:  # a file that cannot be read
        raise EnvError(str(error)) from None


def _read(env: Env, defaults: Settings) -> Settings:
    mode = _one_of(env, "ELIGIBILITY_MODE", defaults.mode, ["development", "production"])
    instance = Path(env.str("ELIGIBILITY_INSTANCE", str(defaults.instance)))
    if instance.exists() and not instance.is_dir():
        raise EnvError(f"ELIGIBILITY_INSTANCE: {instance} is not a folder")
    settings = replace(defaults, mode=mode, instance=instance)
    settings = _with_law_and_records(env, settings)
    settings = _with_protection(env, settings)
    return _with_addresses(env, _with_capacity(env, settings))


def _with_law_and_records(env: Env, settings: Settings) -> Settings:
    return replace(
        settings,
        rulesets=Path(env.str("ELIGIBILITY_RULESETS", str(settings.rulesets))),
        languages=Path(env.str("ELIGIBILITY_LANGUAGES", str(settings.languages))),
        edition=env.str("ELIGIBILITY_EDITION", None),
        database_url=env.str("DATABASE_URL", settings.database_url),
        batch_lines=env.int("ELIGIBILITY_BATCH_LINES", settings.batch_lines),
        body_bytes=env.int("ELIGIBILITY_BODY_BYTES", settings.body_bytes),
        batch_bytes=env.int("ELIGIBILITY_BATCH_BYTES", settings.batch_bytes),
        sealing=_one_of(env, "ELIGIBILITY_SEALING", settings.sealing, ["in-process", "command"]),
        sealing_seconds=env.float(
            "ELIGIBILITY_SEALING_SECONDS",
            settings.sealing_seconds,
            validate=validate.Range(min=0.05),
        ),
        checkpoints=env.path("ELIGIBILITY_CHECKPOINTS", settings.instance / "checkpoints.jsonl"),
        retention=env.path("ELIGIBILITY_RETENTION", None),
        disposal_wait=env.int("ELIGIBILITY_DISPOSAL_WAIT", 7, validate=validate.Range(1, 365)),
        log=env.path("ELIGIBILITY_LOG", settings.instance / "log"),
        log_key=env.path("ELIGIBILITY_LOG_KEY", settings.instance / "log.key"),
        receipt_key=env.path("ELIGIBILITY_RECEIPT_KEY", settings.instance / "receipt.key"),
        policy=env.path("ELIGIBILITY_POLICY", settings.instance / "policy"),
        lawbooks=env.path("ELIGIBILITY_LAWBOOKS", settings.instance / "lawbooks"),
    )


def _one_of(env: Env, name: str, default: str, values: list[str]) -> str:
    return env.str(name, default, validate=validate.OneOf(values))


def _with_protection(env: Env, settings: Settings) -> Settings:
    needed = "required" if settings.in_production else settings.second_factor
    return replace(
        settings,
        debug=env.bool("FLASK_DEBUG", settings.debug),
        secret_key=env.str("ELIGIBILITY_SECRET_KEY", None),
        secret_key_fallbacks=tuple(env.list("ELIGIBILITY_SECRET_KEY_FALLBACKS", [])),
        data_keys=env.str("ELIGIBILITY_DATA_KEYS", None, validate=read_data_keys),
        index_key=env.str("ELIGIBILITY_INDEX_KEY", None, validate=read_index_key),
        plain_cookies=env.bool("ELIGIBILITY_PLAIN_COOKIES", settings.plain_cookies),
        single_sign_on=single_sign_on(env),
        second_factor=_one_of(env, "ELIGIBILITY_SECOND_FACTOR", needed, ["required", "off"]),
    )


def _with_capacity(env: Env, settings: Settings) -> Settings:
    some, natural = validate.Range(min=1), validate.Range(min=0)
    return replace(
        settings,
        log_level=_one_of(
            env,
            "ELIGIBILITY_LOG_LEVEL",
            settings.log_level,
            ["debug", "info", "warning", "error"],
        ),
        workers=env.int("ELIGIBILITY_WORKERS", settings.workers, validate=some),
        threads=env.int("ELIGIBILITY_THREADS", settings.threads, validate=some),
        queue=env.int("ELIGIBILITY_QUEUE", settings.queue, validate=natural),
        drain_seconds=env.float(
            "ELIGIBILITY_DRAIN_SECONDS",
            settings.drain_seconds,
            validate=validate.Range(min=0, max=20),
        ),
        faults_at_most=env.int(
            "ELIGIBILITY_FAULTS_AT_MOST", settings.faults_at_most, validate=some
        ),
        at_once_per_credential=env.int(
            "ELIGIBILITY_AT_ONCE_PER_CREDENTIAL", settings.at_once_per_credential, validate=some
        ),
        unused_days=env.int("ELIGIBILITY_UNUSED_DAYS", settings.unused_days, validate=some),
        batches=env.int("ELIGIBILITY_BATCHES", settings.batches, validate=some),
        batches_per_credential=env.int(
            "ELIGIBILITY_BATCHES_PER_CREDENTIAL", settings.batches_per_credential, validate=some
        ),
        proxy_hops=env.int("ELIGIBILITY_PROXY_HOPS", settings.proxy_hops, validate=natural),
        rate_per_address=env.int(
            "ELIGIBILITY_RATE_PER_ADDRESS", settings.rate_per_address, validate=natural
        ),
        rate_per_credential=env.int(
            "ELIGIBILITY_RATE_PER_CREDENTIAL", settings.rate_per_credential, validate=natural
        ),
        rate_storage=env.str(
            "ELIGIBILITY_RATE_STORAGE", settings.rate_storage, validate=_is_rate_storage
        ),
    )


def _with_addresses(env: Env, settings: Settings) -> Settings:
    bound = bound_host(env.str("GUNICORN_CMD_ARGS", ""))
    return replace(
        settings,
        host=env.str("ELIGIBILITY_HOST", settings.host) if bound is None else bound,
        issuer=env.str(
            "ELIGIBILITY_ISSUER", f"http://127.0.0.1:{env.str('PORT', '8000')}", validate=_is_issuer
        ),
        token_seconds=env.int(
            "ELIGIBILITY_TOKEN_SECONDS",
            settings.token_seconds,
            validate=validate.Range(60, settings.token_seconds),
        ),
    )


def redacted(settings: Settings) -> dict[str, object]:
    """The settings as they may be printed.

    What is not known to be harmless is only said to be set or not.
    """
    told: dict[str, object] = {}
    for each in fields(settings):
        value = getattr(settings, each.name)
        if each.name == "database_url" or each.name.endswith("_storage"):
            told[each.name] = _redacted_address(value)
        elif isinstance(value, bool | int | float | Path) or (
            each.name in SHOWN and value is not None
        ):
            told[each.name] = str(value) if isinstance(value, Path) else value
        else:
            told[each.name] = "set" if value else "not set"
    return told


def _redacted_address(address: str) -> str:
    """An address without user, password and parameters that can contain one."""
    try:
        parts = urlsplit(address)
        at = "…@" if "@" in parts.netloc else ""
        query = urlencode(
            [pair for pair in parse_qsl(parts.query) if pair[0] in HARMLESS_PARAMETERS], safe="/:"
        )
        shown = f"{parts.scheme}://{at}{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "set"
    return f"{shown}?{query}" if query else shown


def secret_key(settings: Settings) -> str:
    """The key that signs sessions and cursors: the setting, or in development one for this copy.

    Raises:
        OSError: it can neither be read nor kept.
    """
    return settings.secret_key or stored_secret(
        settings.instance / SECRET_FILE, lambda: secrets.token_urlsafe(SECRET_BYTES)
    )


def data_keys(settings: Settings) -> str:
    """The keys that encrypt personal data: the setting, or in development keys for this copy.

    Raises:
        NoDataKeys: production mode is set and they are not.
        OSError: they can neither be read nor kept.
    """
    return settings.data_keys or _development_secret(
        settings, "ELIGIBILITY_DATA_KEYS", DATA_KEYS_FILE, lambda: f"first:{new_key()}"
    )


def index_key(settings: Settings) -> str:
    """The key of the blind index: the setting, or in development one for this copy.

    Raises:
        NoDataKeys: production mode is set and it is not.
        OSError: it can neither be read nor kept.
    """
    return settings.index_key or _development_secret(
        settings, "ELIGIBILITY_INDEX_KEY", INDEX_KEY_FILE, new_key
    )


def _development_secret(settings: Settings, name: str, file: str, make: Callable[[], str]) -> str:
    """What a setting that was left out is in development.

    In production there is nothing to take instead.
    """
    if settings.in_production:
        raise NoDataKeys(f"{name} (or {name}_FILE) is not set")
    return stored_secret(settings.instance / file, make)


def _is_issuer(address: str) -> None:
    """An https address without path, or an http address of this machine: a token sent in the clear
    is anybody's.
    """
    parts = urlsplit(address)
    is_bare = (
        bool(parts.hostname)
        and not parts.path
        and not parts.query
        and not parts.fragment
        and "@" not in parts.netloc
    )
    if not is_bare or not (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    ):
        raise ValidationError(
            "ELIGIBILITY_ISSUER must be like https://eligibility.example.org, without a path"
        )


def _is_rate_storage(address: str) -> None:
    if address != "memory://" and not address.startswith(
        ("redis://", "rediss://", "redis+unix://")
    ):
        raise ValidationError(
            "ELIGIBILITY_RATE_STORAGE must be memory:// or like redis://counts.example.org:6379/0"
        )


def bound_host(arguments: str) -> str | None:
    """The host that arguments of gunicorn bind to; none where none is named. Of several, one that
    others can reach, if any.

    What is no host and port, such as a socket that a proxy reads, is told whole: it is not this
    machine alone.
    """
    parser = ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("-b", "--bind", action="append", default=[])
    try:
        bound = parser.parse_known_args(split(arguments))[0].bind
    except (ArgumentError, ValueError):  # gunicorn itself will refuse them
        return arguments
    hosts = [
        address if "/" in address else address.rpartition(":")[0] if ":" in address else address
        for address in bound
    ]
    return next((host for host in hosts if not is_loopback(host)), hosts[0] if hosts else None)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on a host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
