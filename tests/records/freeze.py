"""Make the frozen backup and packet anew: `python -m tests.records.freeze`.

Only until version 1.0.0 is released. From then on these two files stay as they are, and each
version that changes the bytes of answers puts another pair beside them.
"""

import gzip
import tempfile
from pathlib import Path

import orjson

from app import clock
from app.access.origin import Origin
from app.access.principal import Principal
from app.api.determinations.deciding import decide, load_asked
from app.api.http.service import Service, law_text
from app.commands.accounts.demonstration import demonstrations
from app.determinations.decide import Decider
from app.law.reading.library import open_lawbook
from app.records.database import open_database
from app.records.entries import NewDetermination
from app.records.holds import Hold, place_hold
from app.records.identity import new_id
from app.records.ledger.backup import back_up
from app.records.ledger.seals import seal_everything
from app.records.migrate import upgrade
from app.records.packets.packets import packet
from app.records.store import Store
from app.settings import ROOT, Settings

FROZEN = Path(__file__).parent / "frozen"
BACKUP, PACKET = FROZEN / "backup.gz", FROZEN / "packet.json.gz"
BY = Origin("command:freeze")


def keep(here: Service, request: object, replaces: str | None = None) -> str:
    """Decide and keep a request; the id of its determination."""
    text = orjson.dumps(request).decode()
    by = Principal("command:freeze", "command", frozenset())
    record = decide(here, load_asked(request), text, by, keep=True, replaces=replaces).record
    assert record is not None
    audit = BY.did("determination.made", record.id, kind="determination")
    here.store.keep(NewDetermination(record, audit))
    return record.id


def main() -> None:
    """Keep the demonstrations, one of them replaced and one of them held, and freeze them."""
    decider = Decider(open_lawbook(ROOT / "rulesets"))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/records.sqlite", instance=Path(folder)
        )
        upgrade(settings)
        store = Store(open_database(settings.database_url), law_text(decider.lawbook))
        here = Service(settings, decider, store, decider.lawbook.default_edition)
        requests = [demonstration.request for demonstration in demonstrations()]
        ids = [keep(here, request) for request in requests]
        keep(here, requests[0], replaces=ids[0])
        now = clock.now()
        hold = Hold(new_id(now), "determination", ids[1], "matter 12", BY.actor, now)
        place_hold(store, hold, BY.did("hold.placed", ids[1], kind="determination"))
        list(seal_everything(store, now))
        for file in (BACKUP, PACKET):
            file.unlink(missing_ok=True)
        back_up(store, BACKUP, now)
        found = packet(store, ids[2])
        assert found is not None
        PACKET.write_bytes(gzip.compress(found, mtime=0))
        store.close()


if __name__ == "__main__":
    main()
