"""The fields about a person."""

from collections.abc import Mapping
from typing import Any

from app.console.forms import Entry, PageForm
from app.records.applicants.person import Person

LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "ar": "Arabic",
    "zh": "Chinese",
    "fr": "French",
    "el": "Greek",
    "ht": "Haitian Creole",
    "it": "Italian",
    "km": "Khmer",
    "lo": "Lao",
    "pt": "Portuguese",
    "ru": "Russian",
}
"""Languages to choose from, in their English names; others can be set over `/v1`."""
UNSAID: Mapping[str, Any] = {
    "address": [],
    "language": None,
    "large_print": False,
    "representative": None,
}
"""What an empty field about letters means."""


def born_on() -> Entry:
    """The field of the birth date."""
    return Entry("born_on", "Birth date", "date")


def letter_entries() -> list[Entry]:
    """What letters need beside the name."""
    lines = "One line each, without the name. At most six lines."
    alone = "Leave this out if the person acts alone."
    languages = list(LANGUAGES.items())
    acting = "representative"
    entries = [
        Entry("address", "Postal address", "lines", lines),
        Entry("language", "Language of letters", "choice", options=languages, empty="Not known"),
        Entry("large_print", "Letters in large print", "check"),
        Entry("acting_name", "Name of a representative", hint=alone, place=f"{acting}.name"),
        Entry(
            "acting_authority",
            "By what authority",
            hint="Such as guardian or attorney.",
            place=f"{acting}.authority",
        ),
    ]
    for entry in entries:
        entry.group = "letters"
    return entries


def show_person(form: PageForm, person: Person) -> None:
    """Show what is known of somebody in the fields of a form."""
    acting, language = person.representative, form["language"]
    if person.language and person.language not in LANGUAGES:
        language.options = [*language.options, (person.language, person.language)]
    language.show(person.language)
    form["name"].show(person.name)
    form["born_on"].show(person.born_on)
    form["address"].show(person.address)
    form["large_print"].show(person.large_print)
    if acting is not None:
        form["acting_name"].show(acting.name)
        form["acting_authority"].show(acting.authority)
