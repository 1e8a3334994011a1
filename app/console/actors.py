"""Who did something, in words; and who changed a thing last."""

from datetime import datetime

from app.api.http.service import current_service, principal
from app.api.people.actors import actor_words
from app.console.guard import pages
from app.records.ledger.searching import WantedEntries, search_trail

LOOKED_AT = 50
UNINTENDED = frozenset({"account.locked"})
"""Entries about an account that changed nothing an administrator sees."""


def last_change(kind: str, id: str, prefix: str) -> tuple[str, datetime] | None:
    """Who made the newest change of a thing, in words, and when; None where nobody did.

    *prefix* begins the actions that are changes.
    """
    wanted = WantedEntries(kind=kind, object_id=id)
    for row in search_trail(current_service().store, wanted, LOOKED_AT):
        entry = row.columns
        if (
            entry is not None
            and entry["outcome"] == "done"
            and entry["action"].startswith(prefix)
            and entry["action"] not in UNINTENDED
        ):
            return actor_words(entry["actor"]), entry["at"]
    return None


pages.app_template_filter("actor_words")(actor_words)


@pages.app_context_processor
def actor_context() -> dict[str, object]:
    """How the records name the person who asks."""
    return {"me_as_actor": principal().actor}
