"""The backup and the packet that an earlier version made are restored, verified and replayed by
this one.
"""

import gzip
from pathlib import Path

import pytest
from sqlalchemy import select

from app import verify as packets
from app.determinations.again.older_law import decider_under
from app.determinations.again.replay import replay
from app.engine import Engine
from app.records.database import open_database
from app.records.ledger.backup import restore
from app.records.ledger.replay import Period, laws_used, made_under
from app.records.store import Store
from app.records.tables import seals
from app.records.verifying.verification import verify
from tests.records.freeze import BACKUP, PACKET

CHANGED = (
    "Answers that this version gave before are not the same any more. Raise VERSION in "
    "app/version.py or, while 1.0.0 is not released: python -m tests.records.freeze"
)


@pytest.fixture
def restored(database_url: str) -> Store:
    store = Store(open_database(database_url))
    restore(store, BACKUP)
    return store


def differences(store: Store) -> dict[str, str | None]:
    """Where each determination differs when it is decided again."""
    found = {}
    for used in laws_used(store, Period()):
        law = store.law(used.digest or "")
        assert law is not None
        decider = decider_under(law.digest, law.texts, Engine())
        for made in made_under(store, [law.digest], Period()):
            assert made.record is not None and made.as_kept
            found[made.id] = replay(decider, made.record)
    return found


def test_the_backup_is_restored_and_everything_in_it_holds(restored: Store) -> None:
    assert () == verify(restored).complaints


@pytest.mark.parametrize("as_if_later", [False, True])
def test_every_determination_is_replayed(
    restored: Store, as_if_later: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if as_if_later:
        monkeypatch.setattr("app.determinations.again.replay.VERSION", "a later version")

    found = differences(restored)

    assert len(found) > 15
    assert {None} == set(found.values()), CHANGED


def test_the_packet_holds_against_the_seal_in_the_backup(
    restored: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "packet.json"
    file.write_bytes(gzip.decompress(PACKET.read_bytes()))
    with restored.reading() as connection:
        root, chain = connection.execute(select(seals.c.root, seals.c.chain)).one()

    ended = packets.main([str(file), "--root", root, "--chain", chain])

    assert 0 == ended, f"{capsys.readouterr().out}\n{CHANGED}"
