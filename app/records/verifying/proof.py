"""What a verification was measured against, and whether that is as much as was asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from app.records.ledger.checkpoints import Noted
from app.records.log.reading import Log
from app.records.verifying.complaints import UNPLACED, Complaint
from app.records.verifying.sealed_chain import SealedChain
from app.transparency.endings import Ending

NOTED_WITHIN = timedelta(minutes=1)
"""A seal that is younger may be on its way into the checkpoints."""
SEALED_WITHIN = timedelta(minutes=10)
"""A record that waits longer has no evidence but its own digest for too long."""


class Against(StrEnum):
    """What the chain of seals was compared with."""

    INSIDE = "inside"
    """Nothing: it only fits itself, and somebody may have written all of it anew."""
    NOTES = "notes"
    """The checkpoints: somebody must have written these anew too."""
    WITNESSES = "witnesses"
    """A head of the log that as many witnesses signed as the policy asks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be proved. *at* is the instant of the verification; without it, nothing is too
    late. In *production* no demonstration explains an invented time. *periods* are the retention
    periods of the settings, *log* what the files of the transparency log say, and *receipts* those
    that callers kept, each with the name of its file.
    """

    at: datetime | None = None
    in_production: bool = False
    periods: Mapping[str, relativedelta] | None = None
    log: Log | None = None
    receipts: Sequence[tuple[str, bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved *against* what, and *through* which seal and which *record* of the *log* that
    is named. *witnesses* is how many witnesses signed for the log through *witnessed*. *own_key*:
    who verified could have signed the log. *endings* are of logs before it. *held* receipts name
    records of the log, *due* ones need not yet. *short* says, a sentence each, what is less than
    asked.
    """

    against: Against = Against.INSIDE
    through: int = 0
    log: str | None = None
    record: int = 0
    witnesses: int = 0
    witnessed: int = 0
    own_key: bool = False
    endings: tuple[Ending, ...] = ()
    held: int = 0
    due: int = 0
    short: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether everything that was asked was proved."""
        return not self.short

    def sentences(self) -> list[str]:
        """What was proved against what, where nothing was complained of."""
        against = []
        if self.through or self.against == Against.NOTES:
            against.append(f"the checkpoints through seal {self.through}")
        if self.record:
            against.append(f"the log through record {self.record}")
        if not against:
            return ["Proved against itself only: somebody may have written all of it anew."]
        sentences = [f"Proved against {' and '.join(against)}; {self._witnesses()}."]
        if self.own_key:
            sentences.append(
                "This user can read the key of the log: one user may run the service and sign for "
                "it."
            )
        if not self.is_enough:
            sentences.append("That is less than was asked.")
        return sentences

    def _witnesses(self) -> str:
        if not self.witnesses:
            return f"no witness outside {'was asked' if self.log is None else 'signed'}"
        who = "1 witness" if self.witnesses == 1 else f"{self.witnesses} witnesses"
        return f"{who} signed for the log through record {self.witnessed}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many records wait for a seal, and when the oldest of them was made."""

    records: int = 0
    since: datetime | None = None
    unattested: dict[str, int] = field(default_factory=dict)


def proof_of(noted: Noted | None, chain: SealedChain, waiting: Waiting, asked: Asked) -> Proof:
    """What the seals of a database were compared with; *noted* is None where no checkpoints are
    kept.
    """
    if noted is None:
        nothing = "No checkpoints were compared: ELIGIBILITY_CHECKPOINTS names no file."
        return Proof(short=(nothing, *_late(waiting, asked)))
    through = min(noted.through, chain.number)
    short = list(_late(waiting, asked))
    young = (
        asked.at is not None
        and chain.sealed_at is not None
        and chain.sealed_at > asked.at - NOTED_WITHIN
    )
    if through < chain.number and not young:
        short.insert(0, f"The checkpoints note the seals through {through} of {chain.number}.")
    return Proof(Against.NOTES, through, short=tuple(short))


def _late(waiting: Waiting, asked: Asked) -> Iterator[str]:
    since = waiting.since
    if asked.at is not None and since is not None and since < asked.at - SEALED_WITHIN:
        yield f"Records wait for a seal since {since:%Y-%m-%d %H:%M} UTC."
    for kind, count in waiting.unattested.items():
        yield (
            f"The audit trail states no content of {count} {kind} "
            f"{'row' if count == 1 else 'rows'} from before it did so."
        )


def wrong_with_notes(database: str | None, noted: Noted, chain: SealedChain) -> Iterator[Complaint]:
    """What the checkpoints say against a database: that they are gone, hold something odd, or know
    another database, or more of this one.
    """
    for name, what in _wrong_with_file(noted, chain):
        yield Complaint(UNPLACED, "checkpoints", name, what)
    if not chain.seals and not noted.chains:
        what = "has no seal: nothing proves that it holds everything"
        yield Complaint(UNPLACED, "installation", str(database or "?"), what)
    for other, through in sorted(noted.others.items()):
        what = f"is noted through seal {through}, and is not this database"
        yield Complaint(UNPLACED, "installation", other, what)


def _wrong_with_file(noted: Noted, chain: SealedChain) -> Iterator[tuple[str, str]]:
    if not noted.is_there:
        yield "file", "is missing"
    elif chain.seals and not noted.chains:
        yield "file", "has no line of this database, which has seals"
    elif noted.chains and min(noted.chains) > 1:
        yield "file", f"begins with seal {min(noted.chains)}: earlier lines are missing"
    for odd in noted.odd:
        yield f"line {odd.line}", "is torn or is no checkpoint; it was read past"
    first, last = min(noted.chains, default=1), noted.through
    if len(noted.chains) < last - first + 1:
        gone = next(number for number in range(first, last) if number not in noted.chains)
        yield "file", f"has no line of seal {gone}, but lines of later seals"
