"""Closes everything that waits for a seal in one batch, as the service does."""

from app import clock
from app.records.ledger.seals import seal
from app.records.store import Store


def seal_everything(store: Store) -> str:
    """The root of the new seal."""
    made = seal(store, clock.now())
    assert made is not None
    return made.root
