"""The home page: the work of the person who signed in, by what their role may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from flask import render_template, url_for

from app import clock
from app.api.determinations.stored import kept
from app.api.http.answered.responses import Problem
from app.api.http.asked.authentication import authenticator
from app.api.http.service import current_service, principal
from app.api.records.open_work import by_day, listed_work
from app.api.records.verifications import newest_verifications
from app.api.waivers.advice import is_advice
from app.api.waivers.answers import WaiverListedAnswer
from app.api.waivers.waiver_requests import note_listed
from app.console.answers.stored import recent
from app.console.audit.verifying import STATES
from app.console.guard import pages, public, signed_in
from app.console.notes.about_answers import due_today
from app.console.waivers.queue_pages import listed
from app.console.work.open_work import Counted
from app.records.damaged import Row
from app.records.errors import RecordDamaged
from app.records.ledger.searching import WantedEntries, search_trail
from app.records.machines.credentials import Credential
from app.records.people.account_search import WantedAccounts, count_accounts

SOON = timedelta(days=30)
"""What comes within this time is told on the home page. Our own choice."""
ENTRIES = 10
RECENT, LOOKED_AT = 10, 30
"""So many newest answers stand on the page, and so many are looked at for days to come."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A day that comes soon, what is to be done by then, and the page that it is about."""

    on: date
    says: str
    href: str
    subject: str | None


@pages.get("/")
@public
def home() -> str:
    """Who you are, your work, and where things are."""
    me = signed_in()
    may_work = me is not None and not me.account.must_change
    return render_template(
        "pages/home.html",
        questions=current_service().lawbook.questions,
        **(_work() if may_work else {}),
    )


def _work() -> dict[str, Any]:
    """What the caller's role has to do with."""
    work: dict[str, Any] = {"states": STATES, "now": clock.now()}
    may = principal().may
    if may("determinations.create"):
        rows = recent(LOOKED_AT)
        work["rows"] = rows[:RECENT]
        work["endings"] = list(_endings(rows))
    if may("determinations.search"):
        work["due"] = due_today()
    if may("work.read"):
        work["open_work"] = Counted.of(by_day(listed_work()))
    if may("waivers.decide"):
        mine = listed("mine")
        note_listed(each.id for each in mine)
        work |= {"requests": mine, "unclaimed": len(listed("unclaimed"))}
        work["without_letter"] = len(listed("no-letter"))
        work["endings"] = [*work.get("endings", ()), *_to_decide(mine)]
    if may("accounts.write"):
        store = current_service().store
        work["counts"] = {
            standing: count_accounts(store, WantedAccounts(standing=standing))
            for standing in ("one_time", "disabled")
        }
    if may("credentials.write"):
        work["ending_keys"] = _ending_keys(clock.now())
    if may("records.verify"):
        verifications, _ = newest_verifications(1)
        work["last_verification"] = verifications[0] if verifications else None
    if may("audit.read"):  # that somebody came home is no search to be noted
        work["entries"] = search_trail(current_service().store, WantedEntries(), ENTRIES)
    work["endings"] = sorted(work.get("endings", ()), key=lambda each: each.on)
    return work


def _to_decide(requests: list[WaiverListedAnswer]) -> Iterator[Ending]:
    """The days by which a reviewer decides what they claimed, those that have passed too."""
    for each in requests:
        if isinstance(on := each.decide_by, date) and on <= clock.today() + SOON:
            href = url_for("pages.waiver", id=each.id)
            yield Ending(on, "You decide this waiver request.", href, each.subject or None)


def _endings(rows: list[Row]) -> Iterator[Ending]:
    """The days to come soon for these answers, as far as no other answer took their place."""
    first, last = clock.today(), clock.today() + SOON
    for row in rows:
        if row.columns is None or row.columns["replaced_by"] is not None:
            continue
        if is_advice(current_service(), row.id, row.columns):
            continue  # the request is decided, so its days bind no more
        document = _document(row.id)
        subject = row.columns["subject"]
        href = url_for("pages.stored_answer", id=row.id)
        for each in document.get("deadlines", []):
            if each["on"] is not None and first <= (on := date.fromisoformat(each["on"])) <= last:
                yield Ending(on, each["do"], href, subject)
        until = document.get("valid_until")
        if until is not None and first <= (on := date.fromisoformat(until)) <= last:
            yield Ending(on, "The answer may change after this day.", href, subject)


def _document(id: str) -> dict[str, Any]:
    """The document of one's own determination; empty where it is damaged."""
    try:
        document: dict[str, Any] = orjson.loads(kept(UUID(id)).record.document)
    except (RecordDamaged, Problem):
        return {}
    return document


def _ending_keys(now: datetime) -> list[Credential]:
    """The keys and clients that expire soon, the next one first."""
    found = authenticator().store.ending(now, now + SOON)
    return sorted(found, key=lambda each: each.expires_at)
