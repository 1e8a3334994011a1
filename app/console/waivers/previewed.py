"""What a reviewer typed for a decision that they previewed. It is kept for a day, encrypted and for
them alone, so that a preview has an address that can be opened again.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import orjson
from flask import request
from werkzeug.datastructures import MultiDict

from app import clock
from app.api.http.service import current_service
from app.console.account.kept import OF_THE_FORM
from app.console.ask.drafting import drafts
from app.console.guard import who
from app.records.applicants.encryption import Place, Unreadable
from app.records.identity import new_id
from app.records.people.drafts import Draft

KEPT = "typed"
"""The member of a draft that holds what was typed."""


def keep_typed(id: UUID, step: str) -> None:
    """Keep the fields of the present form in place of those of an earlier preview.

    Raises:
        RecordsUnavailable: nothing was kept.
    """
    typed = [
        [name, text]
        for name, text in request.form.items(multi=True)
        if name not in OF_THE_FORM and name != "digest"
    ]
    end_typed(id, step)
    draft = _new(id, step)
    sealed = current_service().desk.ring.encrypt(orjson.dumps(typed).decode(), _place(draft))
    drafts().begin(replace(draft, facts={KEPT: sealed}))


def typed_before(id: UUID, step: str) -> MultiDict[str, str] | None:
    """What this person typed for a decision when they last previewed it; None where they did not,
    or it is gone.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    for draft in _drafts(id, step):
        with suppress(Unreadable, ValueError, KeyError):
            sealed = str(draft.facts[KEPT])
            typed = current_service().desk.ring.decrypt(sealed, _place(draft))
            return MultiDict([(str(name), str(text)) for name, text in orjson.loads(typed)])
    return None


def end_typed(id: UUID, step: str) -> None:
    """Delete what was kept for a decision that is taken.

    Raises:
        RecordsUnavailable: it could not be deleted.
    """
    for draft in _drafts(id, step):
        drafts().end(draft.id, draft.account_id)


def _drafts(id: UUID, step: str) -> Iterator[Draft]:
    """The drafts of this person for a decision, the newest first."""
    of_mine = drafts().of(who().account.id, clock.now())
    return (each for each in of_mine if (each.question, each.subject) == (_name(step), str(id)))


def _new(id: UUID, step: str) -> Draft:
    now, edition = clock.now(), current_service().edition
    return Draft(
        new_id(now), who().account.id, _name(step), edition, None, str(id), {}, (), 1, now, now
    )


def _name(step: str) -> str:
    """What stands in place of a question: no question of the law has such a name."""
    return f"waiver decision: {step}"


def _place(draft: Draft) -> Place:
    return Place("drafts", draft.id, "facts")
