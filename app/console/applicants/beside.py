"""What there is of a person beside the answers: waiver requests, letters, notes, reminders."""

from typing import Any

from app.api.http.service import current_service, principal
from app.api.letters.making import found_letters
from app.api.notes.notes import notes_about, open_objections
from app.api.waivers.of_person import requests_of
from app.console.applicants.history import History
from app.letters.translated.language import NAMES
from app.records.applicants.applicants import Applicant
from app.records.letters.letters import KeptLetter, WantedLetters

LETTERS_AT_MOST = 50


def beside_answers(applicant: Applicant, decided: History) -> dict[str, Any]:
    """What the page of a person shows beside the answers, each as far as the role sees it; None
    where it sees none of a kind.

    Raises:
        RecordDamaged, RecordsUnavailable: then nothing may be told.
    """
    may, subject = principal().may, applicant.subject
    return {
        "requests": requests_of(subject, applicant.organization) if may("waivers.read") else None,
        "letters": _letters(applicant) if may("letters.read") else None,
        "letter_languages": NAMES,
        "notes": notes_about("applicant", subject) if may("notes.read") else None,
        "objections": _objections(decided) if may("notes.read") else None,
        "reminders": _reminders(decided),
    }


def _letters(applicant: Applicant) -> list[KeptLetter]:
    """The newest letters about the person; another organization may use the same reference."""
    found = found_letters(WantedLetters(subject=applicant.subject), LETTERS_AT_MOST)
    return [
        each
        for each in found[:LETTERS_AT_MOST]
        if isinstance(each, KeptLetter) and each.organization == applicant.organization
    ]


def _objections(decided: History) -> list[Any]:
    """What the person still disagrees with among the answers, the newest first."""
    ids = [row.id for row in decided.rows if row.columns]
    found = [each for id in ids for each in notes_about("determination", id)]
    return open_objections(found)


def _reminders(decided: History) -> list[Any]:
    """The own reminders to look at an answer about the person again, the nearest day first."""
    ids = {row.id for row in decided.rows}
    mine = current_service().reminders.of(principal().actor)
    return [each for each in mine if each.determination in ids]
