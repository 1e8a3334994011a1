"""Erasing records: every absence needs a proof that an attacker cannot give."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy import delete, select

from app import clock
from app.records.tables import audit_entries, determinations, disposals
from app.records.texts.note_tables import notes
from app.records.verifying.disposal_proofs import KIND
from app.records.voiding.void_tables import voids
from app.records.waivers.waiver_tables import waiver_steps
from tests.records.attacking import FREE, OF_HELD, OF_PERSON, Attacked
from tests.records.conftest import made_at, numbered
from tests.records.everything import OLD

UNSTATED = "was removed: no entry of the audit trail states its disposal"
TOO_YOUNG = "was removed: it was disposed of before its time, which its seal tells"
HELD = "was removed: a hold was on it when it was disposed of"
YOUNG = numbered(2).id


def erased(id: str, what: str, kind: str = "determination") -> str:
    return f"{kind} {id}: {what}"


def erased_with_its_audit_entries(there: Attacked) -> str:
    """T5: a young record, under a hold, goes with everything about it."""
    there.dispose(determinations, YOUNG)
    entries = select(audit_entries.c.id).where(audit_entries.c.object_id == YOUNG)
    there.dispose(audit_entries, *(row.id for row in there.rows(entries)), kind="audit")
    there.seal()
    return erased(YOUNG, UNSTATED)


def erased_with_a_statement(there: Attacked) -> str:
    there.dispose(determinations, YOUNG, entry=there.state(YOUNG))
    there.seal()
    return erased(YOUNG, TOO_YOUNG)


def erased_eleven_years_later(there: Attacked) -> str:
    """H3: the clock is wrong, and right again when the service seals."""
    later = clock.now() + timedelta(days=4018)
    entry = there.state(YOUNG, at=later)
    there.dispose(determinations, YOUNG, entry=entry, at=later)
    there.seal()
    return f"audit {entry}: says it was made after the seal that closes it"


def erased_under_a_hold(there: Attacked) -> str:
    there.dispose(determinations, OF_HELD.id, entry=there.state(OF_HELD.id))
    there.seal()
    return erased(OF_HELD.id, HELD)


def erased_under_a_hold_on_its_subject(there: Attacked) -> str:
    there.dispose(determinations, OF_PERSON.id, entry=there.state(OF_PERSON.id))
    there.seal()
    return erased(OF_PERSON.id, HELD)


def erased_beside_a_real_disposal(there: Attacked) -> str:
    """One more record is put under the statement of others."""
    [[entry]] = there.rows(select(disposals.c.entry))
    there.dispose(determinations, FREE.id, entry=entry)
    there.seal()
    return erased(FREE.id, "was removed: the audit trail states 1 disposals, there are 2")


def erased_under_the_root_of_others(there: Attacked) -> str:
    entry = there.state(YOUNG)
    there.dispose(determinations, FREE.id, entry=entry)
    there.seal()
    return erased(FREE.id, "was removed: the audit trail states the disposal of other records")


def erased_under_the_statement_of_another_class(there: Attacked) -> str:
    there.dispose(determinations, FREE.id, entry=there.state(FREE.id, of="audit"))
    there.seal()
    return erased(
        FREE.id, "was removed: the audit trail states its disposal under another class, audit"
    )


def erased_after_a_refusal(there: Attacked) -> str:
    there.dispose(determinations, FREE.id, entry=there.state(FREE.id, outcome="refused"))
    there.seal()
    return erased(FREE.id, UNSTATED)


def erased_under_an_entry_of_another_kind(there: Attacked) -> str:
    entry = there.audit("account.changed", "account", there.everything.account)
    there.dispose(determinations, FREE.id, entry=entry)
    there.seal()
    return erased(FREE.id, UNSTATED)


def erased_under_a_short_period(there: Attacked) -> str:
    short = relativedelta(years=1)
    there.dispose(determinations, FREE.id, entry=there.state(FREE.id, period=short))
    there.seal()
    return erased(FREE.id, "was removed: no entry of the audit trail states so short a period")


def erased_under_a_short_period_stated_the_same_day(there: Attacked) -> str:
    there.audit("retention.stated", KIND, "determination P1Y")
    short = relativedelta(years=1)
    there.dispose(determinations, FREE.id, entry=there.state(FREE.id, period=short))
    there.seal()
    return erased(FREE.id, "was removed: no entry of the audit trail states so short a period")


def erased_before_its_seal(there: Attacked) -> str:
    """A record that waits for a seal is disposed of with a statement."""
    young = made_at(21, clock.now())
    there.enter("determination", determinations, young.row())
    there.dispose(determinations, young.id, entry=there.state(young.id))
    there.seal()
    return erased(young.id, TOO_YOUNG)


def a_void_erased(there: Attacked) -> str:
    id = there.everything.void
    there.dispose(voids, id, kind="void", entry=there.state(id, kind="void"))
    there.seal()
    return erased(id, TOO_YOUNG, "void")


def a_note_erased(there: Attacked) -> str:
    [[id]] = there.rows(select(notes.c.id))
    there.dispose(notes, id, kind="note", entry=there.state(id, kind="note", of="note"))
    there.seal()
    return erased(id, TOO_YOUNG, "note")


def a_step_of_a_waiver_erased(there: Attacked) -> str:
    [[id]] = there.rows(select(waiver_steps.c.id))
    entry = there.state(id, kind="waiver", of="waiver")
    there.dispose(waiver_steps, id, kind="waiver", entry=entry)
    there.seal()
    return erased(id, TOO_YOUNG, "waiver")


def an_audit_entry_erased(there: Attacked) -> str:
    """T6: the disposal of one entry, after which nobody could say what was inserted."""
    made = select(audit_entries.c.id).where(audit_entries.c.action == "account.created")
    id = there.rows(made)[0].id
    entry = there.state(id, kind="audit", of="audit")
    there.dispose(audit_entries, id, kind="audit", entry=entry)
    there.seal()
    return erased(id, TOO_YOUNG, "audit")


def a_disposal_erased(there: Attacked) -> str:
    there.run(delete(disposals))
    return erased(made_at(9, OLD).id, "was removed")


def the_statement_of_a_disposal_erased(there: Attacked) -> str:
    [[entry]] = there.rows(select(disposals.c.entry))
    there.run(delete(audit_entries).where(audit_entries.c.id == entry))
    return erased(made_at(9, OLD).id, UNSTATED)


def a_shorter_period_stated(there: Attacked) -> str:
    """The settings keep another period than the audit trail says."""
    there.audit("retention.stated", KIND, "determination P1D")
    there.dispose(determinations, YOUNG, entry=there.state(YOUNG, period=relativedelta(days=1)))
    there.seal()
    return erased(YOUNG, TOO_YOUNG)


ATTACKS = (
    erased_with_its_audit_entries,
    erased_with_a_statement,
    erased_eleven_years_later,
    erased_under_a_hold,
    erased_under_a_hold_on_its_subject,
    erased_beside_a_real_disposal,
    erased_under_the_root_of_others,
    erased_under_the_statement_of_another_class,
    erased_after_a_refusal,
    erased_under_an_entry_of_another_kind,
    erased_under_a_short_period,
    erased_under_a_short_period_stated_the_same_day,
    erased_before_its_seal,
    a_void_erased,
    a_note_erased,
    a_step_of_a_waiver_erased,
    an_audit_entry_erased,
    a_disposal_erased,
    the_statement_of_a_disposal_erased,
    a_shorter_period_stated,
)
