"""Erasing records whose time is over without two people: forged marks, releases and statements."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from app import clock
from app.records.approvals.approval_tables import approvals
from app.records.digests import record_digest
from app.records.disposing.disposal_tables import disposal_marks, marked_records
from app.records.disposing.marks import Mark, mark_of
from app.records.identity import new_id
from app.records.tables import determinations
from app.records.verifying.disposal_proofs import root_of
from app.records.verifying.releases import (
    LIST_CHANGED,
    NO_MARK,
    OTHER_MARK,
    TOO_SOON,
    UNLISTED,
    UNMARKED,
    UNRELEASED,
)
from tests.disposing import MARKER, RELEASER
from tests.records.attacking import FREE, Attacked

DAY = timedelta(days=1)


def free(what: str) -> str:
    return f"determination {FREE.id}: was removed: {what}"


def marks_in(there: Attacked) -> list[Mark]:
    """The mark under which one record went, and one over the free record that nobody released."""
    chosen = select(disposal_marks).order_by(disposal_marks.c.id)
    return [mark_of(row._mapping) for row in there.rows(chosen)]


def erase(there: Attacked, mark: Mark | None, actor: str = RELEASER, **changes: Any) -> None:
    """Erase the free record under a mark, with a statement that fits, and seal that."""
    state = None if mark is None else mark.state
    entry = there.state(FREE.id, **{"state_after": state, "actor": actor, **changes})
    there.dispose(determinations, FREE.id, entry=entry, mark=None if mark is None else mark.id)
    there.seal()


def forge_mark(there: Attacked, **changes: Any) -> Mark:
    """A mark over the free record that the service did not make."""
    now = clock.now()
    leaf = ("determination", FREE.id, there.digest("determination", FREE.id))
    given: dict[str, Any] = {"id": new_id(now), "marked_at": now, "release_from": now, **changes}
    real = marks_in(there)[1]
    columns = {name: getattr(real, name) for name in real.__slots__}
    mark = Mark(**{**columns, "count": 1, "root": root_of([leaf]), **given})
    there.enter("mark", disposal_marks, mark.row())
    kind, id, digest = leaf
    there.run(insert(marked_records).values(mark=mark.id, kind=kind, object_id=id, digest=digest))
    return mark


def erased_without_a_mark(there: Attacked) -> str:
    """As it was done before there were marks."""
    erase(there, None)
    return free(UNMARKED)


def erased_as_if_before_there_were_marks(there: Attacked) -> str:
    there.audit("disposal.by_one_until_now", "records", None)
    there.seal()
    erase(there, None)
    return free(UNMARKED)


def erased_under_the_mark_of_others(there: Attacked) -> str:
    erase(there, marks_in(there)[0])
    return free(UNLISTED)


def erased_under_a_mark_that_is_not_there(there: Attacked) -> str:
    mark = marks_in(there)[1]
    entry = there.state(FREE.id, state_after=mark.state, actor=RELEASER)
    there.dispose(determinations, FREE.id, entry=entry, mark=new_id(clock.now()))
    there.seal()
    return free(NO_MARK)


def erased_under_another_mark_than_stated(there: Attacked) -> str:
    erase(there, marks_in(there)[1], state_after=marks_in(there)[0].state)
    return free(OTHER_MARK)


def erased_under_a_mark_that_nobody_released(there: Attacked) -> str:
    erase(there, marks_in(there)[1])
    return free(UNRELEASED)


def released(there: Attacked, mark: Mark, by: str, **changes: Any) -> None:
    """Enter that somebody released a mark, and approved it."""
    now = clock.now()
    there.audit("approval.approved", "approval", mark.approval, **{"actor": by, **changes})
    values = {"outcome": "approved", "decided_by": by, "decided_at": now, "version": 2}
    there.put(approvals, mark.approval, **values)


def erased_by_the_person_who_marked(there: Attacked) -> str:
    mark = marks_in(there)[1]
    released(there, mark, MARKER)
    erase(there, mark, MARKER)
    return free(UNRELEASED)


def erased_by_somebody_else_than_released(there: Attacked) -> str:
    mark = marks_in(there)[1]
    released(there, mark, RELEASER)
    erase(there, mark, "command:other")
    return free(UNRELEASED)


def erased_after_a_refused_release(there: Attacked) -> str:
    mark = marks_in(there)[1]
    released(there, mark, RELEASER, outcome="refused")
    erase(there, mark)
    return free(UNRELEASED)


def erased_while_its_approval_is_open(there: Attacked) -> str:
    """The trail says that it was approved, the approval does not."""
    mark = marks_in(there)[1]
    there.audit("approval.approved", "approval", mark.approval, actor=RELEASER)
    erase(there, mark)
    return free(UNRELEASED)


def erased_under_a_mark_of_the_same_day(there: Attacked) -> str:
    mark = forge_mark(there)
    there.seal()
    released(there, mark, RELEASER)
    erase(there, mark)
    return free(TOO_SOON)


def erased_under_a_mark_that_says_it_is_old(there: Attacked) -> str:
    mark = forge_mark(there, marked_at=clock.now() - 9 * DAY, release_from=clock.now() - DAY)
    there.seal()
    released(there, mark, RELEASER)
    erase(there, mark)
    return f"mark {mark.id}: says it was made before the seal before it: it was inserted later"


def the_list_of_a_mark_lengthened(there: Attacked) -> str:
    mark, digest = marks_in(there)[0], there.digest("determination", FREE.id)
    more = {"kind": "determination", "object_id": FREE.id, "digest": digest}
    there.run(insert(marked_records).values(mark=mark.id, **more))
    return f"mark {mark.id}: {LIST_CHANGED}"


def the_list_of_a_mark_emptied(there: Attacked) -> str:
    mark = marks_in(there)[1]
    there.run(delete(marked_records).where(marked_records.c.mark == mark.id))
    return f"mark {mark.id}: {LIST_CHANGED}"


def a_mark_erased(there: Attacked) -> str:
    mark = marks_in(there)[1]
    there.run(
        delete(marked_records).where(marked_records.c.mark == mark.id),
        delete(disposal_marks).where(disposal_marks.c.id == mark.id),
    )
    return f"mark {mark.id}: was removed"


def a_mark_that_waited_longer_than_it_says(there: Attacked) -> str:
    """The day of the release is changed, with a digest that fits."""
    mark = marks_in(there)[1]
    row = {**there.row(disposal_marks, mark.id), "release_from": mark.marked_at}
    row["record_digest"] = record_digest(
        "mark", {name: value for name, value in row.items() if name != "record_digest"}
    )
    there.run(update(disposal_marks).where(disposal_marks.c.id == mark.id).values(row))
    return f"mark {mark.id}: was changed after it was stored"


ATTACKS = (
    erased_without_a_mark,
    erased_as_if_before_there_were_marks,
    erased_under_the_mark_of_others,
    erased_under_a_mark_that_is_not_there,
    erased_under_another_mark_than_stated,
    erased_under_a_mark_that_nobody_released,
    erased_by_the_person_who_marked,
    erased_by_somebody_else_than_released,
    erased_after_a_refused_release,
    erased_while_its_approval_is_open,
    erased_under_a_mark_of_the_same_day,
    erased_under_a_mark_that_says_it_is_old,
    the_list_of_a_mark_lengthened,
    the_list_of_a_mark_emptied,
    a_mark_erased,
    a_mark_that_waited_longer_than_it_says,
)
