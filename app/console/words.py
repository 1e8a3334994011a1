"""What templates say of values: days, facts, outcomes."""

from datetime import date, datetime
from urllib.parse import urlencode, urlsplit

from app import clock
from app.access.people import LIMITS
from app.api.http.service import current_service, principal
from app.console.answers.telling import EVIDENCE, MARKS, STATUSES, TAGS, Told, fact_in_words
from app.console.ask.fields import MONTHS
from app.console.guard import pages
from app.law.facts import FactDefinition
from app.law.words import day_in_words
from app.records.people.account_sessions import Session


@pages.app_template_filter()
def moment(instant: datetime) -> str:
    """An instant in Massachusetts time: November 21, 2026, 9:04 PM."""
    local = instant.astimezone(clock.MASSACHUSETTS)
    return f"{local:%B} {local.day}, {local.year}, {local:%I:%M %p}".replace(", 0", ", ")


@pages.app_template_filter()
def ends_at(session: Session) -> datetime:
    """When a session that is used now and not again ends."""
    return min(clock.now() + LIMITS.idle, session.created_at + LIMITS.absolute)


@pages.app_template_filter()
def words(day: date) -> str:
    """A day: February 16, 2011."""
    return day_in_words(day)


@pages.app_template_filter()
def label(name: str) -> str:
    """The question that a fact answers."""
    fact = current_service().lawbook.vocabulary.get(name)
    return fact.label if fact is not None else name


@pages.app_template_filter()
def fact_words(value: object, fact: FactDefinition) -> str:
    """A value of a fact, as JSON carries it, in words."""
    return fact_in_words(fact, value)


def law_page(provision: str, told: Told) -> str | None:
    """The address of the page with a provision's text and history, as of the day and in the edition
    of an answer; None where today's law has no such provision.
    """
    if provision not in told.lawbook.provisions:
        return None
    asked = urlencode({"as_of": told.document["as_of"], "edition": told.document["edition"]})
    return f"/law/provisions/{provision}?{asked}"


def asks_of(question: str) -> str:
    """A question in the words that ask it; its id where it is asked no more."""
    found = current_service().lawbook.questions.get(question)
    return question if found is None else found.asks


@pages.app_template_filter()
def fact_of(value: object, name: str) -> str:
    """A value of the fact of a name, as JSON carries it, in words."""
    fact = current_service().lawbook.vocabulary.get(name)
    return str(value) if fact is None else fact_in_words(fact, value)


@pages.app_template_filter()
def instant_words(instant: str) -> str:
    """An instant as documents carry it, in Massachusetts time."""
    return moment(datetime.fromisoformat(instant))


@pages.app_context_processor
def word_context() -> dict[str, object]:
    """The words that many pages share, and whether this person may ask."""
    return {
        "tags": TAGS,
        "evidence": EVIDENCE,
        "statuses": STATUSES,
        "marks": MARKS,
        "law_page": law_page,
        "asks_of": asks_of,
        "may": lambda permission: principal().may(permission),
        "months": MONTHS,
        "may_ask": principal().may("law.decide"),
        "may_note": principal().may("notes.read"),
    }


@pages.app_template_filter()
def host(address: str) -> str:
    """The site that a link opens, so that a reader knows before."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
