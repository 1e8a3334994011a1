"""The tables that a verification looks at: those whose rows are sealed, and those whose rows may
change or go.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Column, Table

from app.records.applicants.applicant_tables import applicants, former_names, name_parts
from app.records.approvals.approval_tables import approvals, grants
from app.records.damaged import Found
from app.records.digests import column_text
from app.records.disposing.disposal_tables import disposal_marks
from app.records.letters.letter_tables import letters
from app.records.machines.credential_tables import credential_secrets, credentials
from app.records.machines.program_tables import consent_secrets, consents, programs
from app.records.numbers.number_tables import numbers
from app.records.organizations.organization_tables import organizations
from app.records.people.account_tables import (
    account_sessions,
    accounts,
    drafts,
    second_factors,
    sign_in_addresses,
)
from app.records.tables import (
    audit_entries,
    determinations,
    disposals,
    holds,
    idempotency_records,
    installation,
    laws,
    verifications,
)
from app.records.texts.note_tables import feedback, notes, reminders
from app.records.texts.text_tables import personal_texts
from app.records.voiding.void_tables import voids
from app.records.waivers.waiver_tables import waiver_papers, waiver_requests, waiver_steps


class Sealable(NamedTuple):
    """A table whose rows are sealed: their kind and the column that names them."""

    kind: str
    table: Table
    key: Column[Any]


SEALABLE = (
    Sealable("law", laws, laws.c.digest),
    Sealable("determination", determinations, determinations.c.id),
    Sealable("audit", audit_entries, audit_entries.c.id),
    Sealable("note", notes, notes.c.id),
    Sealable("waiver", waiver_steps, waiver_steps.c.id),
    Sealable("disposal", disposals, disposals.c.id),
    Sealable("void", voids, voids.c.id),
    Sealable("mark", disposal_marks, disposal_marks.c.id),
)


def _by_key(found: Found) -> str:
    return found.id


def _by_last_attempt(found: Found) -> str:
    """Names an address by its last attempt, because output must not contain network addresses."""
    return (
        "with an unreadable address"
        if found.row is None
        else f"with its last attempt at {column_text(found.row['tried_at'])}"
    )


class Changing(NamedTuple):
    """A table whose rows are not sealed and may change or go: the column they are read by, and what
    they are named by.
    """

    table: Table
    key: Column[Any]
    named: Callable[[Found], str] = _by_key


CHANGING = (
    Changing(installation, installation.c.id),
    Changing(idempotency_records, idempotency_records.c.key),
    Changing(holds, holds.c.id),
    Changing(verifications, verifications.c.id),
    Changing(organizations, organizations.c.id),
    Changing(approvals, approvals.c.id),
    Changing(grants, grants.c.object_id),
    Changing(numbers, numbers.c.number),
    Changing(applicants, applicants.c.id),
    Changing(former_names, former_names.c.applicant),
    Changing(name_parts, name_parts.c.applicant),
    Changing(personal_texts, personal_texts.c.id),
    Changing(feedback, feedback.c.id),
    Changing(reminders, reminders.c.id),
    Changing(waiver_requests, waiver_requests.c.id),
    Changing(waiver_papers, waiver_papers.c.id),
    Changing(letters, letters.c.id),
    Changing(accounts, accounts.c.id),
    Changing(account_sessions, account_sessions.c.id),
    Changing(second_factors, second_factors.c.id),
    Changing(drafts, drafts.c.id),
    Changing(sign_in_addresses, sign_in_addresses.c.address, _by_last_attempt),
    Changing(credentials, credentials.c.id),
    Changing(credential_secrets, credential_secrets.c.label),
    Changing(programs, programs.c.id),
    Changing(consents, consents.c.id),
    Changing(consent_secrets, consent_secrets.c.secret_hash),
)
