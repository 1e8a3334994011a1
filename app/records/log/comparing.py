"""Comparison of the transparency log with the sealed records of the database."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.records.damaged import rows
from app.records.digests import leaf_hash
from app.records.log.folder import ENDED, HEAD, WITNESSED
from app.records.log.reading import Log
from app.records.log.tile_checks import LOG, TileChecks
from app.records.tables import audit_entries, sealed_records, seals
from app.records.verifying.complaints import UNPLACED, Complaint
from app.records.verifying.proof import NOTED_WITHIN, SEALED_WITHIN
from app.records.verifying.times import instant_in
from app.transparency.encoding import HASH_BYTES
from app.transparency.policy import NONE
from app.transparency.tree import EMPTY_ROOT, Edge

BEGUN, BEGUN_ANEW = "records.log_begun", "records.log_begun_anew"
"""Audit entries for the first head of a database's log, and for a log in place of another."""
HASHED_TOGETHER = 4096
ENTERED = 100


def entered_name(log: str) -> str:
    """The name of a log as an audit entry has it, where there is room for so many characters."""
    return log[-ENTERED:]


class Comparison:
    """One comparison. Afterwards *covered* is how many records the head covers, where its root is
    that of the database; *signed_for* how many of them enough witnesses signed for, and *witnesses*
    how many did. *short* says, a sentence each, what is less than the policy asks.
    """

    def __init__(self, connection: Connection, log: Log, at: datetime | None) -> None:
        self._connection, self._log, self._at = connection, log, at
        self.covered, self.signed_for, self.witnesses = 0, 0, 0
        self.short: list[str] = []
        last = connection.execute(select(func.max(sealed_records.c.sequence))).scalar_one()
        self._sealed = last if isinstance(last, int) else 0
        self._roots: dict[int, bytes] = {0: EMPTY_ROOT}

    def complaints(self) -> Iterator[Complaint]:
        """All that is wrong with the log, or with the database beside it."""
        for file, what in self._log.wrong:
            yield Complaint(UNPLACED, LOG, file, what)
        yield from self._at_tiles()
        for file, size, root in self._stated():
            if size > self._sealed:
                what = f"covers {size} records, but the database has sealed only {self._sealed}"
                yield Complaint(UNPLACED, LOG, file, what)
            elif self._roots[size] != root:
                what = f"has another root than the first {size} records of the database"
                yield Complaint(UNPLACED, LOG, file, what)
            elif file == HEAD:
                self.covered = size
        yield from self._at_head()
        yield from self._at_names()
        self._at_witnesses()

    def _stated(self) -> Iterator[tuple[str, int, bytes]]:
        """What the files say: over how many records there is which root."""
        for file, head in self._log.heads:
            yield file, head.checkpoint.size, head.checkpoint.root
        for number, ending in enumerate(self._log.endings, 1):
            yield f"{ENDED}/{number}", ending.shared, ending.shared_root

    def _at_tiles(self) -> Iterator[Complaint]:
        """Complain of each tile of the head that differs, and note the database's roots over the
        sizes that are stated.
        """
        head = self._log.head
        covered = 0 if head is None else head.size
        tiles = TileChecks(self._log.folder, covered)
        marks = sorted({size for _, size, _ in self._stated() if 0 < size <= self._sealed})
        edge, waiting = Edge(), list[bytes]()
        last = max([*marks, min(covered, self._sealed)], default=0)
        for seen, (leaf, called) in enumerate(self._leaves(last), 1):
            if seen <= covered:
                yield from tiles.add(leaf, called)
            waiting.append(leaf)
            if seen in marks or len(waiting) == HASHED_TOGETHER:
                edge, waiting = edge.extended(waiting), []
                self._roots[seen] = edge.root() if seen in marks else b""
        yield from tiles.end()

    def _leaves(self, through: int) -> Iterator[tuple[bytes, str]]:
        """The leaves of the first records, and what each is called; an empty one for a record that
        is missing or unreadable, which is named elsewhere too.
        """
        following = 1
        if not through:
            return
        for _, row in rows(self._connection, sealed_records, sealed_records.c.sequence):
            if row is None or row["sequence"] < following:
                continue
            while following < min(row["sequence"], through + 1):
                yield bytes(HASH_BYTES), f"record {following}, which the database lacks"
                following += 1
            if following > through:
                return
            leaf = leaf_hash(row["kind"], row["object_id"], row["digest"])
            yield leaf, f"record {following}, {row['kind']} {row['object_id']}"
            following += 1

    def _at_head(self) -> Iterator[Complaint]:
        """Complain of a head that is missing, or older than what was sealed long ago."""
        if self._log.has_head:
            late = self._late(self._log.head.size) if self._log.head is not None else None
            if late is not None:
                yield Complaint(
                    UNPLACED, LOG, HEAD, f"{late}: an older head was put back, or nothing signs it"
                )
            yield from self._at_older_head()
            if self._log.policy is None:
                self.short.append("No policy names the key of the log: its signature is unchecked.")
            return
        chosen = select(func.min(audit_entries.c.at)).where(audit_entries.c.action == BEGUN)
        begun = instant_in(self._connection, chosen)
        if begun is not None and self._at is not None and begun < self._at - NOTED_WITHIN:
            what = "is missing, although the audit trail says that the log was begun"
            yield Complaint(UNPLACED, LOG, HEAD, what)
        elif self._log.names():
            self.short.append("The policy names a log, but it has no head yet.")

    def _at_older_head(self) -> Iterator[Complaint]:
        sizes = {file: head.checkpoint.size for file, head in self._log.heads}
        if HEAD in sizes and sizes.get(WITNESSED, 0) > sizes[HEAD]:
            what = f"covers {sizes[HEAD]} records, but witnesses signed for {sizes[WITNESSED]}"
            yield Complaint(UNPLACED, LOG, HEAD, f"{what}: an older head was put back")

    def _late(self, size: int) -> str | None:
        """What is wrong with a head of so many records where the next one was sealed long ago."""
        if self._at is None or size >= self._sealed:
            return None
        closing = select(seals.c.sealed_at).join(
            sealed_records, sealed_records.c.seal == seals.c.number
        )
        sealed_at = instant_in(
            self._connection, closing.where(sealed_records.c.sequence == size + 1)
        )
        if sealed_at is None or sealed_at >= self._at - SEALED_WITHIN:
            return None
        return (
            f"covers the records through {size} of {self._sealed}, but record {size + 1} was "
            f"sealed at {sealed_at:%Y-%m-%d %H:%M} UTC"
        )

    def _at_names(self) -> Iterator[Complaint]:
        """Complain of a log whose end nobody stated: of the policy, of the audit trail, or between
        two endings.
        """
        head = self._log.head
        if head is None:
            return
        ended = [ending.ended.origin for ending in self._log.endings]
        began = [ending.began for ending in self._log.endings]
        if [*ended[1:], head.origin][: len(began)] != began:
            yield Complaint(UNPLACED, LOG, ENDED, f"does not lead to the log {head.origin}")
        for name in sorted(self._log.names() - {head.origin, *ended}):
            what = "stands in the policy, but has no head here, and nothing says that it ended"
            yield Complaint(UNPLACED, LOG, name, what)
        chosen = select(audit_entries.c.object_id).where(audit_entries.c.action == BEGUN_ANEW)
        stated = set(self._connection.execute(chosen).scalars())
        for name in sorted(stated - set(map(entered_name, began))):
            what = "was begun in place of another, but no file says how that ended"
            yield Complaint(UNPLACED, LOG, str(name), what)
        if began and entered_name(began[-1]) not in stated:
            what = "was begun in place of another, but the audit trail does not say so"
            yield Complaint(UNPLACED, LOG, began[-1], what)

    def _at_witnesses(self) -> None:
        """Find for how many records enough witnesses signed."""
        policy = self._log.policy
        if policy is None or policy.quorum == NONE or not self._log.has_head:
            self.signed_for = self.covered
            return
        for _, head in self._log.heads:
            checkpoint = head.checkpoint
            holds = self._roots.get(checkpoint.size) == checkpoint.root
            if holds and policy.suffices(head.witnessed) and checkpoint.size >= self.signed_for:
                self.signed_for, self.witnesses = checkpoint.size, len(head.witnessed)
        if not self.witnesses:
            self.short.append("Fewer witnesses signed the log than the policy asks for.")
        elif (late := self._late(self.signed_for)) is not None:
            self.short.append(f"What enough witnesses signed {late}.")
