"""What the environment says, read once."""

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env

from app.single_sign_on import SingleSignOn, single_sign_on

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where the law and the records are, which edition is used where nobody names one, and how much is read at once.

    `body_bytes` bounds one request body and one line of a batch, `batch_lines` and `batch_bytes` a whole batch. `secret_key` signs
    the forms of pages; without one each start makes its own, and forms opened before it must be opened again. `plain_cookies` lets
    browsers sign in over plain HTTP that do not take a loopback address for secure; never set it elsewhere.
    """

    rulesets: Path = ROOT / "rulesets"
    edition: str | None = None
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'determinations.sqlite'}"
    batch_lines: int = 100_000
    body_bytes: int = 1_048_576
    batch_bytes: int = 268_435_456
    secret_key: str | None = field(default=None, repr=False)
    plain_cookies: bool = False
    single_sign_on: SingleSignOn | None = None


def from_environment() -> Settings:
    """The settings that environment variables give; unset ones keep their defaults.

    Raises:
        environs.EnvError: a variable does not hold what it should.
    """
    env, defaults = Env(), Settings()
    return Settings(
        rulesets=Path(env.str("ELIGIBILITY_RULESETS", str(defaults.rulesets))),
        edition=env.str("ELIGIBILITY_EDITION", None),
        database_url=env.str("DATABASE_URL", defaults.database_url),
        batch_lines=env.int("ELIGIBILITY_BATCH_LINES", defaults.batch_lines),
        body_bytes=env.int("ELIGIBILITY_BODY_BYTES", defaults.body_bytes),
        batch_bytes=env.int("ELIGIBILITY_BATCH_BYTES", defaults.batch_bytes),
        secret_key=env.str("ELIGIBILITY_SECRET_KEY", None),
        plain_cookies=env.bool("ELIGIBILITY_PLAIN_COOKIES", defaults.plain_cookies),
        single_sign_on=single_sign_on(env),
    )
