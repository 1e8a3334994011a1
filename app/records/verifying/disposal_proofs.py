"""What a disposal states in the sealed audit trail: how many records of a class went, under which
period, and the root over them.

A verification holds every absence against that. The text of a statement is the entry's object.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from app.records.digests import leaf_hash, merkle_root
from app.records.entries import AuditEntry

DISPOSED, STATED = "records.disposed", "retention.stated"
"""The actions of the entries that state a disposal, and that a period is shorter from then on."""
KIND = "records"
ENDED, MARKED_KIND = "disposal.ended", "approval"
"""The action of the entry that a release came to its end, and the kind of what it names."""
BY_ONE = "disposal.by_one_until_now"
"""The action of the entry that records were disposed of before there were marks."""
RELEASED_BY = "approval.approved"
"""The action of the entry by which a second person releases marks."""
STATED_BEFORE = timedelta(days=7)
"""How long a shorter period must have been stated before anything is disposed of under it."""
COVERS: Mapping[str, frozenset[str]] = {
    "determination": frozenset({"determination", "void"}),
    "audit": frozenset({"audit"}),
    "note": frozenset({"note"}),
    "waiver": frozenset({"waiver"}),
}
"""The kinds of records that go with each class."""
_UNITS = (("years", "Y"), ("months", "M"), ("days", "D"))
_REFERENCE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Statement:
    """What went together: of which class, how many, after which period, and the root over them."""

    of: str
    count: int
    period: relativedelta
    root: str

    def text(self) -> str:
        """The object of the audit entry."""
        return f"{self.of} {self.count} {period_text(self.period)} {self.root}"


Stating = Callable[[str], AuditEntry]
"""Makes the audit entry of a disposal from its statement."""
Leaf = tuple[str, str, str]
"""The kind, the id and the digest of a record that went."""


def root_of(gone: Iterable[Leaf]) -> str:
    """The root over records that went together, in the order of their kinds and ids."""
    return merkle_root([leaf_hash(*leaf) for leaf in sorted(gone)])


def period_text(period: relativedelta) -> str:
    """A period as ISO 8601 writes it, such as P10Y."""
    return "P" + "".join(
        f"{getattr(period, name)}{unit}" for name, unit in _UNITS if getattr(period, name)
    )


def read_statement(text: str) -> Statement | None:
    """The statement that an entry makes; None where it makes none."""
    parts = text.split(" ")
    if len(parts) != 4 or parts[0] not in COVERS or not _is_number(parts[1]):
        return None
    period = read_period(parts[2])
    return None if period is None else Statement(parts[0], int(parts[1]), period, parts[3])


def read_period(text: str) -> relativedelta | None:
    """The period that a text of `period_text` says; None where it says none."""
    found, rest = dict.fromkeys(("years", "months", "days"), 0), text.removeprefix("P")
    for name, unit in _UNITS:
        number, met, after = rest.partition(unit)
        if met and _is_number(number):
            found[name], rest = int(number), after
    period = relativedelta(years=found["years"], months=found["months"], days=found["days"])
    return period if not rest and text.startswith("P") and any(found.values()) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


def is_shorter(period: relativedelta, than: relativedelta) -> bool:
    """Whether one period ends before another that begins at the same instant."""
    return bool(_REFERENCE + period < _REFERENCE + than)
