"""Disposal as an approval: one person marks what may go, the mark waits, another one releases it.

The release is checked again and carried out some records at a time, so it goes on after the
transaction of its approval; see `app.records.disposing.releasing`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from app.access.approvals import (
    AlreadyProposed,
    Approval,
    ApprovalKind,
    Approvals,
    Effect,
    Proposal,
    Transaction,
    register,
)
from app.access.origin import Origin
from app.access.principal import Principal
from app.records.approvals.approvals import OPEN
from app.records.disposing.candidates import Candidate, DisposableClass
from app.records.disposing.listing import Marked, marked, marked_lately
from app.records.disposing.marks import Chosen, Mark, choose, effect_of, store_marks
from app.records.disposing.releasing import (
    LeftOut,
    Period,
    Run,
    carry_out,
    require_releasable,
    unfinished,
    whole_marks,
)
from app.records.identity import new_id
from app.records.store import Store

NAME = "records.dispose"
MARKS, RELEASES = "records.dispose", "records.release"
"""The permissions of those who mark and of those who release."""
OPEN_FOR = timedelta(days=30)
"""How long a mark can be released once it has waited."""
BECAUSE = "Their retention period is over."


def _digest(transaction: Transaction, id: str) -> str | None:
    marks = whole_marks(transaction, id)
    return None if marks is None else effect_of(marks)


def _release(transaction: Transaction, approval: Approval) -> None:
    """Check that the marks may be released now. What may go is deleted after that.

    Raises:
        NotYet: they have not waited, or the clock may be wrong.
    """
    assert approval.decided_at is not None
    marks = whole_marks(transaction, approval.id) or []
    require_releasable(transaction, marks, approval.decided_at)


RELEASE = ApprovalKind(
    NAME,
    RELEASES,
    "Dispose of records whose retention period is over",
    "/approvals/{id}",
    "/v1/disposals/{id}",
    Effect(_digest, _release),
    proposing=MARKS,
    everywhere=True,
)
register(RELEASE)


class NothingDue(Exception):
    """There is nothing to mark."""


@dataclass(frozen=True, slots=True)
class Due:
    """What may go now, class by class, and what stays although it is old enough."""

    chosen: tuple[Chosen, ...]
    kept: tuple[tuple[str, Candidate], ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each class may go."""
        return {each.of: each.records for each in self.chosen}


class Disposals:
    """Marks and releases. *classes* are those that are disposed of, *periods* the retention periods
    in force, *wait* is how long a mark waits.
    """

    def __init__(
        self,
        store: Store,
        classes: Sequence[DisposableClass],
        periods: Mapping[str, Period],
        wait: timedelta,
    ) -> None:
        self._store, self._classes, self._periods, self._wait = store, classes, periods, wait

    def due(
        self, waiting: frozenset[str] = frozenset(), progress: Callable[[int], object] = id
    ) -> Due:
        """What may go now of all classes but those *waiting*.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        now, kept = clock.now(), list[tuple[str, Candidate]]()
        chosen = []
        for each in self._classes:
            if each.name not in waiting:
                chosen.append(choose(self._store, each, self._periods[each.name], now, kept))
            progress(1)
        return Due(tuple(chosen), tuple(kept))

    def mark(self, due: Due, by: Principal, origin: Origin) -> Approval:
        """Mark what is due; a second person can release it once it has waited.

        Raises:
            NothingDue: nothing is.
            AlreadyProposed: an earlier mark waits, or its release has not come to its end.
            NotPermitted: the caller may not mark.
            RecordsUnavailable: nothing was marked.
        """
        going = [each for each in due.chosen if each.leaves]
        if not going:
            raise NothingDue
        proposal = Proposal(NAME, None, effect_of(going), BECAUSE, self._wait + OPEN_FOR)

        def stores(transaction: Transaction, approval: Approval) -> None:
            now = approval.proposed_at
            if any(each.approval.state(now) == OPEN for each in marked(transaction, NAME)):
                raise AlreadyProposed(approval.id)
            marks = [self._mark(each, approval) for each in going]
            store_marks(transaction, marks, {each.of: each.leaves for each in going})

        if self.unfinished():
            raise AlreadyProposed(self.unfinished()[0])
        return Approvals(self._store).propose(proposal, by, origin, stores)

    def _mark(self, each: Chosen, approval: Approval) -> Mark:
        now = approval.proposed_at
        return Mark(
            id=new_id(now),
            approval=approval.id,
            of=each.of,
            period=each.period,
            made_before=each.made_before,
            records=each.records,
            count=len(each.leaves),
            root=each.root,
            marked_by=approval.proposed_by,
            marked_at=now,
            release_from=now + self._wait,
        )

    def listed(self) -> list[Marked]:
        """The last marks, the newest first.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return marked_lately(self._store, NAME)

    def find(self, id: str) -> Marked | None:
        """What was marked under a proposal; None where nothing was.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        with self._store.reading() as connection:
            found = marked(connection, NAME, id)
        return found[0] if found else None

    def unfinished(self) -> list[str]:
        """The released proposals whose deletion has not come to its end.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        return unfinished(self._store, NAME)

    def carry_out(
        self, approval: Approval, progress: Callable[[int], object] = id
    ) -> list[LeftOut]:
        """Delete what was released, in the name of the person who released it; what stays, and why.

        Raises:
            RecordsUnavailable: the rest was not deleted. The next call goes on.
        """
        assert approval.decided_by is not None
        run = Run(self._periods, clock.now, Origin(approval.decided_by).did, progress)
        return carry_out(self._store, approval.id, self._classes, run)


def state_of(found: Marked, at: datetime) -> str:
    """What has become of marks at an instant: they wait, can be released, go, are gone, or what
    became of the proposal.
    """
    state = found.approval.state(at)
    if state == OPEN:
        return "waiting" if at < found.release_from else "releasable"
    if state == "approved":
        return "disposed" if found.ended_at is not None else "going"
    return state
