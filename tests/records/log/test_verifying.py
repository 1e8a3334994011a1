"""A verification compares the log with the database: each attack on either is named, with where."""

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from app.records.database import open_database
from app.records.identity import new_id
from app.records.log.comparing import BEGUN
from app.records.log.folder import HEAD, WITNESSED, LogFolder
from app.records.log.growing import add_signatures, grow
from app.records.log.reading import read_log
from app.records.store import Store
from app.records.tables import sealed_records
from app.records.verifying.proof import Proof
from app.records.verifying.verification import Asked, Verified, verify
from app.transparency.checkpoints import Checkpoint
from app.transparency.keys import COSIGNATURE, ED25519
from app.transparency.notes import cosignature_line, read_note, signed, with_signatures
from app.transparency.policy import read_policy
from app.transparency.receipts import SUFFIX, Receipt
from app.transparency.tree import EMPTY_ROOT
from tests.conftest import postgresql_copy
from tests.records.attacking import unguarded
from tests.records.conftest import LAW, kept, numbered
from tests.records.log.test_growing import KEY, NOW, keep
from tests.transparency.grown import fixed_key

WITNESS, OTHER = (fixed_key(f"{name}.example/witness", COSIGNATURE) for name in ("one", "two"))
RECEIPTS = fixed_key(f"{KEY.name}{SUFFIX}", ED25519)
LINES = (
    f"log {KEY.public}\nlog {RECEIPTS.public}\n"
    f"witness one {WITNESS.public}\nwitness two {OTHER.public}\ngroup both all one two\n"
)
WITNESSED_BY_ONE, BY_BOTH, BY_NOBODY = (
    read_policy(f"{LINES}quorum {quorum}\n".encode()) for quorum in ("one", "both", "none")
)
SOON, LATE = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)
NOTES = 257
FIRST = NOTES + 3
"""Records under the first head: the law, a determination with its audit entry, and notes."""
BEGINNING = replace(kept(numbered(0)).audit, action=BEGUN, kind="records", object_id="sequence 1")


@dataclass(frozen=True)
class Grown:
    """A database with its log, whose last head a witness signed; the older log lies beside it."""

    store: Store
    folder: Path
    older: Path

    def verified(self, at: datetime = SOON, **asked: object) -> Verified:
        given = {"log": read_log(self.folder, WITNESSED_BY_ONE), **asked}
        return verify(self.store, None, asked=Asked(at, **given))  # type: ignore[arg-type]

    def named(self, at: datetime = SOON, **asked: object) -> list[str]:
        return [str(each) for each in self.verified(at, **asked).complaints]

    def proof(self, at: datetime = SOON, **asked: object) -> Proof:
        return self.verified(at, **asked).proof


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Grown]:
    folder = tmp_path_factory.mktemp("grown")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "records.sqlite")
        yield from grown(f"sqlite:///{folder / 'records.sqlite'}", folder)
        return
    source = request.getfixturevalue("migrated_postgresql")
    with postgresql_copy(f"log_{os.getpid()}", source) as address:
        yield from grown(address, folder)


def grown(address: str, folder: Path) -> Iterator[Grown]:
    store = Store(open_database(address), LAW)
    others = [
        replace(BEGINNING, id=new_id(BEGINNING.at), action="records.backed_up", object_id=None)
        for _ in range(1, NOTES)
    ]
    store.note(BEGINNING, *others)
    keep(store, range(1, 2))
    list(grow(store, LogFolder(folder / "log"), KEY))
    shutil.copytree(folder / "log", folder / "older")
    keep(store, range(2, 4))
    [last] = grow(store, LogFolder(folder / "log"), KEY)
    line = cosignature_line(last.head.text, WITNESS, int(NOW.timestamp()))
    add_signatures(LogFolder(folder / "log"), last.head, [line], WITNESSED_BY_ONE)
    unguarded(address).dispose()
    yield Grown(store, folder / "log", folder / "older")
    store.close()


@pytest.fixture
def there(made: Grown, tmp_path: Path) -> Grown:
    shutil.copytree(made.folder, tmp_path / "log")
    return replace(made, folder=tmp_path / "log")


def test_what_fits_is_proved_against_the_witnesses(there: Grown) -> None:
    verified, size = there.verified(LATE), FIRST + 4
    proof = verified.proof
    assert verified.complaints == ()
    assert (proof.against, proof.log, proof.record) == ("witnesses", KEY.name, size)
    assert (proof.witnesses, proof.witnessed, proof.own_key) == (1, size, False)
    nobody = there.proof(log=read_log(there.folder, BY_NOBODY))
    assert (nobody.against, nobody.record, nobody.witnesses) == ("inside", size, 0)
    assert nobody.short == proof.short  # the notes of seals are lacking, nothing else is


Attack = Callable[[Path, Path], str]
"""Changes the files of a log, where an older one lies beside it; what the complaint says."""


def swap_a_byte(log: Path, older: Path) -> str:
    tile = log / "tile" / "0" / "000"
    content = bytearray(tile.read_bytes())
    content[5 * 32 + 7] ^= 1
    tile.write_bytes(content)
    return "log tile/0/000: has another hash 6 than record 6, "


def swap_a_byte_above(log: Path, older: Path) -> str:
    tile = log / "tile" / "1" / "000.p" / "1"
    tile.write_bytes(bytes(32))
    return "log tile/1/000.p/1: has another hash 1 than the tiles below it make"


def truncate(log: Path, older: Path) -> str:
    tile = log / "tile" / "0" / "000"
    tile.write_bytes(tile.read_bytes()[:100])
    return "log tile/0/000: is torn: it has 100 bytes of 8192"


def remove_a_tile(log: Path, older: Path) -> str:
    (log / "tile" / "0" / "001.p" / "8").unlink()
    return "log tile/0/001.p/8: is missing"


def remove_all_tiles(log: Path, older: Path) -> str:
    shutil.rmtree(log / "tile")
    return "log tile/0/000: is missing"


def tear_the_head(log: Path, older: Path) -> str:
    (log / HEAD).write_bytes((log / HEAD).read_bytes()[:40])
    return "log checkpoint: does not hold: the note does not end in signatures"


def empty_the_head(log: Path, older: Path) -> str:
    (log / HEAD).write_bytes(b"")
    return "log checkpoint: does not hold: the note does not end in signatures"


def put_the_older_head_back(log: Path, older: Path) -> str:
    shutil.copy(older / HEAD, log / HEAD)
    return f"log checkpoint: covers {FIRST} records, but witnesses signed for {FIRST + 4}"


def put_the_older_log_back(log: Path, older: Path) -> str:
    shutil.rmtree(log)
    shutil.copytree(older, log)
    return (
        f"log checkpoint: covers the records through {FIRST} of {FIRST + 4}, but record "
        f"{FIRST + 1} was sealed at 2026-01-02 04:00 UTC: an older head was put back"
    )


def written(log: Path, checkpoint: Checkpoint, key: object = KEY) -> None:
    note = signed(checkpoint.text(), key)  # type: ignore[arg-type]
    (log / HEAD).write_text(note.written(), encoding="utf-8")


def another_log(log: Path, older: Path) -> str:
    other = fixed_key("other.example/log", ED25519)
    written(log, Checkpoint(other.name, 3, bytes(32)), other)
    return "log checkpoint: does not hold: it is of the log other.example/log, which the policy"


def another_key(log: Path, older: Path) -> str:
    head = read_note((log / HEAD).read_bytes())
    other = replace(KEY, seed=bytes(32))
    (log / HEAD).write_text(signed(head.text, other).written(), encoding="utf-8")
    return "log checkpoint: does not hold: no known key signed the note"


def another_size(log: Path, older: Path) -> str:
    content = (log / HEAD).read_text(encoding="utf-8")
    (log / HEAD).write_text(content.replace(f"\n{FIRST + 4}\n", f"\n{FIRST + 3}\n"), "utf-8")
    return f"log checkpoint: does not hold: the signature of {KEY.name} does not fit the text"


def forge_a_cosignature(log: Path, older: Path) -> str:
    head = read_note((log / HEAD).read_bytes())
    forged = replace(cosignature_line(head.text, WITNESS, 7), signature=bytes(72))
    (log / HEAD).write_text(with_signatures(head, [forged]).written(), encoding="utf-8")
    return "log checkpoint: has a line of the witness one that is not its signature"


def forge_the_witnessed_head(log: Path, older: Path) -> str:
    head = read_note((log / WITNESSED).read_bytes())
    forged = replace(cosignature_line(head.text, OTHER, 7), signature=bytes(72))
    (log / WITNESSED).write_text(with_signatures(head, [forged]).written(), encoding="utf-8")
    return "log checkpoint.witnessed: has a line of the witness two that is not its signature"


def a_root_that_was_signed(log: Path, older: Path) -> str:
    """With the log's own key: another history of one record less."""
    written(log, Checkpoint(KEY.name, FIRST + 3, bytes(32)))
    return f"log checkpoint: has another root than the first {FIRST + 3} records of the database"


def more_than_there_is(log: Path, older: Path) -> str:
    """The database lacks records, as after an older backup was restored."""
    written(log, Checkpoint(KEY.name, FIRST + 9, bytes(32)))
    return (
        f"log checkpoint: covers {FIRST + 9} records, but the database has sealed only {FIRST + 4}"
    )


def an_empty_tree(log: Path, older: Path) -> str:
    written(log, Checkpoint(KEY.name, 0, EMPTY_ROOT))
    return "log checkpoint: covers the records through 0 of"


def an_ending_of_nothing(log: Path, older: Path) -> str:
    (log / "ended").mkdir()
    (log / "ended" / "1").write_bytes(b"nonsense")
    return "log ended/1: does not hold: the note does not end in signatures"


ATTACKS = (
    swap_a_byte,
    swap_a_byte_above,
    truncate,
    remove_a_tile,
    remove_all_tiles,
    tear_the_head,
    empty_the_head,
    put_the_older_head_back,
    put_the_older_log_back,
    another_log,
    another_key,
    another_size,
    forge_a_cosignature,
    forge_the_witnessed_head,
    a_root_that_was_signed,
    more_than_there_is,
    an_empty_tree,
    an_ending_of_nothing,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_on_the_log_is_named(there: Grown, attack: Attack) -> None:
    expected = attack(there.folder, there.older)
    named = there.named(LATE)
    assert [True] == [expected in each for each in named if expected in each], (expected, named)


def test_a_log_that_is_gone_is_named(there: Grown) -> None:
    shutil.rmtree(there.folder)
    gone = "log checkpoint: is missing, although the audit trail says that the log was begun"
    for policy in (WITNESSED_BY_ONE, None):
        assert there.named(LATE, log=read_log(there.folder, policy)) == [gone]
    early = there.proof(BEGINNING.at)
    assert "The policy names a log, but it has no head yet." in early.short


def test_too_few_witnesses_are_less_than_the_policy_asks(there: Grown) -> None:
    fewer = "Fewer witnesses signed the log than the policy asks for."
    unnamed = "No policy names the key of the log: its signature is unchecked."
    for policy, lacking in ((BY_BOTH, fewer), (None, unnamed)):
        verified = there.verified(log=read_log(there.folder, policy))
        assert (verified.complaints, lacking in verified.proof.short) == ((), True)


def test_a_log_of_the_policy_without_a_head_is_named(there: Grown) -> None:
    other = fixed_key("other.example/log", ED25519)
    policy = read_policy(f"log {other.public}\n{LINES}quorum none\n".encode())
    [named] = there.named(log=read_log(there.folder, policy))
    assert named.startswith("log other.example/log: stands in the policy, but has no head here")


def test_a_changed_leaf_of_the_database_is_named(there: Grown) -> None:
    """Digest and seal fit each other again, but not the log."""
    columns = sealed_records.c
    with there.store.reading() as connection:
        chosen = select(sealed_records).where(columns.sequence == 9)
        before = connection.execute(chosen).mappings().one()
    mine = update(sealed_records).where(columns.sequence == 9)
    try:
        with there.store.writing() as connection:
            connection.execute(mine.values(digest="0" * 64))
        named = there.named()
    finally:
        with there.store.writing() as connection:
            connection.execute(mine.values(digest=before["digest"]))
    assert "log tile/0/000: has another hash 9 than record 9, " in "\n".join(named)
    assert f"log checkpoint: has another root than the first {FIRST + 4} records" in "\n".join(
        named
    )


# --- receipts ---


def receipt(number: int, **changes: object) -> Receipt:
    record = numbered(number)
    promised = Receipt(
        KEY.name,
        "determination",
        record.id,
        record.digest,
        record.decided_at,
        NOW + timedelta(seconds=30),
    )
    return replace(promised, **changes)  # type: ignore[arg-type]


def sent(receipt: Receipt, key: object = RECEIPTS) -> bytes:
    return signed(receipt.text(), key).written().encode()  # type: ignore[arg-type]


def test_receipts_that_hold_are_counted(there: Grown) -> None:
    note = sent(receipt(1))
    coming = receipt(999, logged_by=LATE)
    files = [("a", note), ("b", base64.b64encode(note) + b"\n"), ("c", sent(coming))]
    verified = there.verified(receipts=files)
    assert (verified.complaints, verified.proof.held, verified.proof.due) == ((), 2, 1)
    [named] = there.named(LATE + timedelta(seconds=1), receipts=files)
    assert named == (
        "receipt c: promised a record in the log by 2026-01-02T05:00:00.000000Z, which is not "
        f"there: determination {coming.id}"
    )


STRANGER = fixed_key(f"other.example/log{SUFFIX}", ED25519)
BROKEN = {
    "promised a record whose digest is another one in the log": sent(receipt(1, digest="0" * 64)),
    "promised a record in the log by 2026-01-02T03:05:00.000000Z, sealed at 2026-01-02T04": sent(
        receipt(1, logged_by=datetime(2026, 1, 2, 3, 5, tzinfo=UTC))
    ),
    f"does not hold: the signature of {RECEIPTS.name} does not fit": sent(receipt(1)).replace(
        b"2026-01-02T03", b"2026-01-02T02"
    ),
    "does not hold: no known key signed the note": sent(receipt(1), STRANGER),
    "does not hold: it is of the log other.example/log": sent(
        receipt(1, origin="other.example/log")
    ),
    "does not hold: the receipt is not base64": b"nonsense!",
    "does not hold: the text is not that of a receipt": signed("a\n", RECEIPTS).written().encode(),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_receipt_that_does_not_hold_is_named(there: Grown, what: str) -> None:
    [named] = there.named(receipts=[("kept", BROKEN[what])])
    assert named.startswith(f"receipt kept: {what}")


def test_a_receipt_shows_that_its_record_was_erased(there: Grown) -> None:
    """With its place, as by somebody who rebuilds everything after it."""
    id = numbered(3).id
    gone = sealed_records.c.object_id == id
    with there.store.reading() as connection:
        before = dict(connection.execute(select(sealed_records).where(gone)).mappings().one())
    try:
        with there.store.writing() as connection:
            connection.execute(delete(sealed_records).where(gone))
        named = there.named(receipts=[("kept", sent(receipt(3)))])
    finally:
        with there.store.writing() as connection:
            connection.execute(sealed_records.insert().values(before))
    assert any(each.startswith("receipt kept: promised a record in the log by") for each in named)
    assert any("than record" in each and "which the database lacks" in each for each in named)
