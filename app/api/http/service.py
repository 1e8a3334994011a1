"""What a request may use: the law, the one who decides, the records; and from whom it is."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import cast

from flask import Flask, current_app, g, has_request_context, request

from app.access.authenticator import Authenticator, open_authenticator
from app.access.origin import DONE, Origin
from app.access.principal import ANYBODY, Principal
from app.access.roles import shipped_roles
from app.access.second_factor.factors import SecondFactors
from app.determinations.again.older_law import Deciders
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from app.law.spans import LAST_DAY, day_before
from app.letters.translated.languages import Languages
from app.records.applicants.applicants import Applicants
from app.records.applicants.encryption import KeyRing, key_ring
from app.records.entries import AuditEntry, LawText
from app.records.inflight import Claims
from app.records.people.reminders import Reminders
from app.records.store import Store
from app.records.texts.feedback import FeedbackBox
from app.records.texts.notes import Notes
from app.records.waivers.waiver_requests import WaiverRequests
from app.settings import Settings
from app.waivers.desk import Desk
from app.waivers.source import WaiverSource

_NAME = "eligibility"


@dataclass(frozen=True)
class Service:
    """Everything that requests share. *edition* is the one used where a caller names none."""

    settings: Settings
    decider: Decider
    store: Store
    edition: str

    @property
    def lawbook(self) -> Lawbook:
        """The law for new determinations."""
        return self.decider.lawbook

    @cached_property
    def claims(self) -> Claims:
        """The idempotency keys of requests in progress."""
        return Claims(self.store)

    @cached_property
    def deciders(self) -> Deciders:
        """Who decides under the present law, and under older ones."""
        return Deciders(self.decider)

    @cached_property
    def authenticator(self) -> Authenticator:
        """What recognizes callers.

        Raises:
            UnsoundRoles: the file of the roles cannot be used.
        """
        return open_authenticator(
            self.settings,
            replace(shipped_roles(), questions=frozenset(self.lawbook.questions)),
            self.store,
        )

    @cached_property
    def languages(self) -> Languages:
        """The languages that letters can be in."""
        return Languages(self.settings.languages, self.lawbook)

    @cached_property
    def _ring(self) -> KeyRing:
        return key_ring(self.settings)

    @cached_property
    def applicants(self) -> Applicants:
        """Names and birth dates, with the keys for them.

        Raises:
            NoDataKeys, KeysUnreadable, OSError: there are no such keys.
        """
        return Applicants(self.store, self._ring)

    @cached_property
    def desk(self) -> Desk:
        """The waiver desk, with the keys for what people wrote.

        Raises:
            NoDataKeys, KeysUnreadable, OSError: there are no such keys.
        """
        return Desk(self.store, self._ring)

    @cached_property
    def notes(self) -> Notes:
        """Notes and objections, with the keys for their words.

        Raises:
            NoDataKeys, KeysUnreadable, OSError: there are no such keys.
        """
        return Notes(self.store, self._ring)

    @cached_property
    def feedback(self) -> FeedbackBox:
        """Feedback on pages, with the keys for its words.

        Raises:
            NoDataKeys, KeysUnreadable, OSError: there are no such keys.
        """
        return FeedbackBox(self.store, self._ring)

    @cached_property
    def second_factors(self) -> SecondFactors:
        """The second factors of people who sign in; the keys for them are read at the first use."""
        return SecondFactors(self.store, lambda: self._ring)

    @cached_property
    def reminders(self) -> Reminders:
        """The reminders of people who sign in."""
        return Reminders(self.store)

    @cached_property
    def waivers(self) -> WaiverSource:
        """What finds the granted waiver of an applicant."""
        return WaiverSource(WaiverRequests(self.store))

    @cached_property
    def _encoded(self) -> dict[tuple[str, str], list[list[date]]]:
        return {}

    def encoded_days(self, question: str, edition: str) -> list[list[date]]:
        """The spans of days for which the law of a question is encoded, each as its first and last
        day.

        Raises:
            UnknownQuestion, UnknownEdition: there is none of that name.
        """
        key = (question, edition)
        if key not in self._encoded:
            self._encoded[key] = self._find_encoded(question, edition)
        return self._encoded[key]

    def _find_encoded(self, question: str, edition: str) -> list[list[date]]:
        spans: list[list[date]] = []
        for law in self.lawbook.standing_laws(question, edition):
            first, last = law.span.first, law.span.last or LAST_DAY
            if spans and spans[-1][1] == day_before(first):
                spans[-1][1] = last
            else:
                spans.append([first, last])
        return spans


def law_text(lawbook: Lawbook) -> LawText:
    """The text of the law, which the service stores with the first determination under it."""
    return LawText(lawbook.digest, lawbook.texts)


def install(app: Flask, service: Service) -> None:
    """Make the service findable from within requests and commands of an application."""
    app.extensions[_NAME] = service
    app.extensions["decider"] = service.decider


def current_service() -> Service:
    """The service of the application that handles the present request."""
    return cast(Service, current_app.extensions[_NAME])


def principal() -> Principal:
    """The caller of the present request. Authentication sets it before the view runs."""
    return cast(Principal, g.get("principal", ANYBODY))


class RequestOrigin(Origin):
    """The origin of a request, which remembers what was entered of it."""

    def did(
        self,
        action: str,
        object_id: str | None,
        outcome: str = DONE,
        kind: str = "account",
        granted: str | None = None,
    ) -> AuditEntry:
        """See `Origin.did`."""
        entry = Origin.did(self, action, object_id, outcome, kind, granted)
        entered().append(entry)
        return entry


def entered() -> list[AuditEntry]:
    """The audit entries of the present request so far."""
    if "entered" not in g:
        g.entered = []
    return cast(list[AuditEntry], g.entered)


def origin(actor: str | None = None) -> Origin:
    """Where the present request comes from, for the audit trail.

    Outside of requests there is neither address nor request id.
    """
    actor = actor or principal().actor
    return (
        RequestOrigin(actor, request.remote_addr, g.get("request_id"))
        if has_request_context()
        else Origin(actor)
    )
