"""Whom a letter goes to. The name and the address come from the applicant's record, with an entry
in the audit trail, and never stay with the letter.
"""

from dataclasses import dataclass

from app.api.http.answered.faults import log_fault
from app.api.http.service import current_service, origin
from app.data_keys import KeysUnreadable
from app.letters.letter import Addressee
from app.letters.template import template
from app.records.applicants.applicants import KIND, Applicant
from app.records.applicants.encryption import Unreadable
from app.settings import NoDataKeys


def addressee_of(subject: str | None, organization: str | None) -> Addressee:
    """Whom a letter about a subject of an organization goes to: the person in its record, or the
    reference where there is none.

    Raises:
        RecordsUnavailable: the database is unavailable; then nothing may be shown.
    """
    applicant = None if subject is None else _applicant(subject, organization)
    if applicant is None:
        sentence = template().sentences["to-reference" if subject else "to-no-reference"]
        return Addressee(sentence.format(reference=subject))
    current_service().store.note(origin().did("applicant.read", subject, kind=KIND))
    return Addressee(applicant.person.name, _address(applicant))


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants letters: a language, as their record names it, and whether in large
    print.
    """

    language: str | None = None
    large_print: bool = False


def wishes_of(subject: str | None, organization: str | None) -> Wishes:
    """How a person of an organization wants letters; nothing of their own where the record is
    missing or cannot be read. Who uses it enters that the record was read, as `addressee_of` does.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    applicant = None if subject is None else _applicant(subject, organization)
    if applicant is None:
        return Wishes()
    return Wishes(applicant.person.language, applicant.person.large_print)


def _applicant(subject: str, organization: str | None) -> Applicant | None:
    """The applicant under a reference of that organization: two may use the same reference."""
    try:
        applicants = current_service().applicants
        if applicants.organization_of(subject) != organization:
            return None
        return applicants.find(subject)
    except (NoDataKeys, KeysUnreadable, OSError):
        return None
    except Unreadable as error:
        log_fault(str(error))
        return None


def _address(applicant: Applicant) -> tuple[str, ...]:
    """The lines of the postal address, where the record has one."""
    address = getattr(applicant.person, "address", None) or ()
    lines = address.splitlines() if isinstance(address, str) else address
    return tuple(line.strip() for line in map(str, lines) if line.strip())
