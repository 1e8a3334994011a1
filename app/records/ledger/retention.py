"""Retention periods of the classes of records, and what goes by its age alone."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from dateutil.relativedelta import relativedelta
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy import delete, select

from app.records.store import Store
from app.records.tables import idempotency_records

DEFAULT = Path(__file__).parent / "retention.yaml"
CLASSES = (
    "determination",
    "audit",
    "idempotency",
    "applicant",
    "draft",
    "note",
    "feedback",
    "waiver",
    "verification",
    "letter",
)
PASSING = ("idempotency", "draft")
"""The classes that nobody proves anything with: they go by their age, without a second person."""


class RetentionUnreadable(Exception):
    """The file with the retention periods is invalid; the message says why."""


def read_periods(file: Path = DEFAULT) -> Mapping[str, relativedelta]:
    """The retention period of each class of record.

    Raises:
        RetentionUnreadable: the file is not there, or does not say it of every class in years,
            months or days.
    """
    try:
        stated = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        if set(stated) != set(CLASSES):
            raise RetentionUnreadable(f"{file.name} must have exactly {', '.join(CLASSES)}")
        periods = {name: _period(file, name, given) for name, given in stated.items()}
    except (OSError, TypeError, YAMLError) as error:
        raise RetentionUnreadable(f"cannot read {file.name}: {type(error).__name__}") from None
    return periods


@cache
def shipped_periods() -> Mapping[str, relativedelta]:
    """The retention periods that the program ships, read once.

    Raises:
        RetentionUnreadable: as `read_periods`.
    """
    return read_periods()


def _period(file: Path, name: str, given: Mapping[str, int]) -> relativedelta:
    if (
        not given
        or set(given) - {"years", "months", "days"}
        or not all(type(n) is int and n > 0 for n in given.values())
    ):
        raise RetentionUnreadable(
            f"{file.name}: {name} needs a number of years, months or days, each a whole number "
            "above zero"
        )
    return relativedelta(**given)


def forget_answers(store: Store, before: datetime, dry_run: bool = False) -> int:
    """Forget the answers to idempotent requests older than an instant; how many there were.

    Raises:
        RecordsUnavailable: nothing was forgotten.
    """
    old = idempotency_records.c.kept_at < before
    with store.writing() as connection:
        count = len(connection.execute(select(idempotency_records.c.key).where(old)).all())
        if not dry_run:
            connection.execute(delete(idempotency_records).where(old))
    return count
