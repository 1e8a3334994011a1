"""Whom a stored answer is about, for those who may know, and whether the person disagrees."""

from typing import Any

from app.api.applicants.answers import initials
from app.api.applicants.register import id_within, read_by_id, sees_whole
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.api.notes.notes import notes_along, open_objections
from app.records.applicants.applicants import Applicant
from app.records.entries import DeterminationRecord


def about_person(record: DeterminationRecord) -> dict[str, Any]:
    """The person, how the caller sees their name, and the open objections to the answer
    and to those whose place it took.

    Raises:
        RecordDamaged, RecordsUnavailable: then nothing may be told.
    """
    person = _person(record) if principal().may("applicants.read") else None
    may_read = principal().may("notes.read")
    notes = notes_along(record.id) if may_read else []
    name = None if person is None else person.person.name
    return {
        "person": person,
        "person_name": name if name is None or sees_whole() else initials(name),
        "objections": open_objections(notes),
    }


def _person(record: DeterminationRecord) -> Applicant | None:
    """The person in the record of the office that asked; another office may use the same
    reference. None if the caller sees no such person, or the record cannot be read.
    """
    applicants = current_service().applicants
    if record.subject is None or record.organization is None:
        return None
    if applicants.organization_of(record.subject) != record.organization:
        return None
    id = id_within(record.subject)
    try:
        return None if id is None else read_by_id(id)
    except Problem:  # it is unreadable, and the operator was told
        return None
