"""What the environment says, read once."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env, validate

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where the law and the records are, which edition is used where nobody names one, and how much is read at once.

    `body_bytes` bounds one request body and one line of a batch, `batch_lines` and `batch_bytes` a whole batch. Records are sealed
    every `sealing_seconds` by the service itself, or by `flask records seal`; `checkpoints` is a file that notes every seal outside
    the database, `retention` one that says how long records are kept.
    """

    rulesets: Path = ROOT / "rulesets"
    edition: str | None = None
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'determinations.sqlite'}"
    batch_lines: int = 100_000
    body_bytes: int = 1_048_576
    batch_bytes: int = 268_435_456
    sealing: str = "in-process"
    sealing_seconds: float = 1.0
    checkpoints: Path | None = None
    retention: Path | None = None


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
        sealing=env.str("ELIGIBILITY_SEALING", defaults.sealing, validate=validate.OneOf(["in-process", "command"])),
        sealing_seconds=env.float("ELIGIBILITY_SEALING_SECONDS", defaults.sealing_seconds, validate=validate.Range(min=0.05)),
        checkpoints=env.path("ELIGIBILITY_CHECKPOINTS", ROOT / "instance" / "checkpoints.jsonl"),
        retention=env.path("ELIGIBILITY_RETENTION", None),
    )
