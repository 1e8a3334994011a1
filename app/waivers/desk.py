"""The desk: takes a step on a waiver request, for those who may and from where it leads.

The step, its effect on the request, its audit entry, its seal, its texts and files, and the stored
response are one transaction.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.access.origin import Origin
from app.access.principal import Principal
from app.records.applicants.encryption import KeyRing
from app.records.entries import IdempotencyRecord
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.store import Store
from app.records.texts.personal_texts import sealable_text, words_of
from app.records.waivers.papers import read_paper, sealable_paper
from app.records.waivers.waiver_requests import (
    SEALED,
    Also,
    DeskReach,
    StepTaken,
    WaiverRequest,
    WaiverRequests,
    WaiverStep,
)
from app.waivers.states import RECEIVE, STEPS, State, after
from app.waivers.who_may import PAPER_NAME, may_take

KIND = "waiver"
"""The kind of requests in the audit trail, and of their personal texts."""
Effect = Callable[[WaiverRequest], WaiverRequest]


class UnknownRequest(Exception):
    """No such request lies within reach."""


class Overtaken(Exception):
    """The request has got further than the caller has read; *last* is its last step."""

    def __init__(self, last: WaiverStep) -> None:
        self.last = last
        super().__init__(f"step {last.number} was taken first")


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a step, and where from."""

    principal: Principal
    origin: Origin


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it comes in: its kind and day, its file where there is one, and its *name*: that
    of the file, or in words what it is.
    """

    kind: str
    received_on: str
    media_type: str | None = None
    file: bytes | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Taking:
    """What a step says and does.

    *content* are codes, days and ids that are sealed as they are; *texts*, by name, is what people
    wrote; *effect* makes of the request, already in its next state, what it is then; *also* is what
    else belongs into the transaction, such as a determination.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    papers: Sequence[Paper] = ()
    effect: Effect = lambda request: request
    also: Sequence[Also] = ()


NOTHING = Taking()


def desk_reach(principal: Principal) -> DeskReach:
    """Whose requests somebody sees: the Office and an auditor all, others their organization's."""
    if principal.reach.everything or principal.may("waivers.decide"):
        return DeskReach(everything=True)
    return DeskReach(organization=principal.organization)


class Desk:
    """The waiver desk over a store. Safe to share between threads."""

    def __init__(self, store: Store, ring: KeyRing) -> None:
        self.store, self.ring = store, ring
        self.requests = WaiverRequests(store)

    def find(self, id: str, by: Principal) -> WaiverRequest:
        """A request that somebody may see.

        Raises:
            UnknownRequest: there is none, or not for this caller.
            RecordDamaged: it is not as it was stored.
            RecordsUnavailable: the database is unavailable.
        """
        found = self.requests.find(id, desk_reach(by))
        if found is None:
            raise UnknownRequest(id)
        return found

    def receive(
        self,
        request: WaiverRequest,
        by: Taker,
        taking: Taking = NOTHING,
        response: IdempotencyRecord | None = None,
    ) -> WaiverRequest:
        """Store a new request with its first step.

        Raises:
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        new = taking.effect(request)
        step, also = self._step(new, RECEIVE, by, taking)
        audit = by.origin.did("waiver.receive", new.id, kind=KIND)
        self.requests.open(new, step, audit, response, also)
        return new

    def take(
        self,
        id: str,
        step: str,
        by: Taker,
        expected_version: int | None,
        at: datetime,
        taking: Taking = NOTHING,
        response: IdempotencyRecord | None = None,
    ) -> WaiverRequest:
        """Take a step; the request as it stands then. *expected_version* is the one that the caller
        has read; none where any will do.

        Raises:
            UnknownRequest: there is none, or not for this caller.
            Overtaken: somebody took another step since the caller read it.
            NotPossible: the step does not lead from the present state.
            NotTheirs: the step is not this caller's.
            AlreadyAnswered: the idempotency key was used first by another request.
            RecordsUnavailable: nothing was stored.
        """
        now = self.find(id, by.principal)
        if expected_version is not None and expected_version != now.version:
            raise Overtaken(self.requests.steps(id)[-1])
        state = after(step, State(now.state))
        may_take(STEPS[step], now, by.principal, self.recused(id))
        there = replace(now, state=str(state), version=now.version + 1, changed_at=at)
        then = taking.effect(there)
        taken, also = self._step(then, step, by, taking)
        audit = by.origin.did(f"waiver.{step}", id, kind=KIND)
        try:
            self.requests.append(then, taken, audit, response, also)
        except StepTaken:
            raise Overtaken(self.requests.steps(id)[-1]) from None
        return then

    def recused(self, id: str) -> frozenset[str]:
        """The actors who recused themselves from a request.

        Raises:
            RecordDamaged, RecordsUnavailable: see `find`.
        """
        return frozenset(step.actor for step in self.requests.steps(id) if step.step == "recuse")

    def texts(self, steps: Iterable[WaiverStep]) -> dict[str, str]:
        """What people wrote at these steps, by the id of the text. What was forgotten is missing.

        Raises:
            RecordDamaged: a text is not what a step, which is named, sealed.
            Unreadable: the key of one is missing.
            RecordsUnavailable: the database is unavailable.
        """
        kept = [
            {"id": step.id, "text": text["id"], "commitment": text["commitment"]}
            for step in steps
            for text in step.content.get("texts", {}).values()
        ]
        with self.store.reading() as connection:
            words = words_of(connection, self.ring, SEALED, kept)
        found = zip(kept, words, strict=True)
        return {each["text"]: written for each, written in found if written is not None}

    def paper(self, request: WaiverRequest, id: str) -> tuple[str, bytes] | None:
        """The media type and content of a file of a request; none where there is none.

        Raises:
            RecordDamaged: it is not what its step sealed.
            Unreadable: its key is missing.
            RecordsUnavailable: the database is unavailable.
        """
        with self.store.reading() as connection:
            found = read_paper(connection, self.ring, request.id, id)
        if found is None:
            return None
        sealed = {
            paper["id"]: paper["digest"]
            for step in self.requests.steps(request.id)
            for paper in step.content.get("papers", ())
            if "id" in paper
        }
        if sealed.get(id) != hashlib.sha256(found[1]).hexdigest():
            raise RecordDamaged("waiver paper", id)
        return found

    def _step(
        self, request: WaiverRequest, name: str, by: Taker, taking: Taking
    ) -> tuple[WaiverStep, list[Also]]:
        """The step as it is sealed, with what it stores beside: texts by their commitments, files
        by their digests.
        """
        at, content = request.changed_at, dict(taking.content)
        also: list[Also] = []
        texts: dict[str, dict[str, str]] = {}
        for called, text in {**taking.texts, **_names_of(taking.papers)}.items():
            kept, store_it = sealable_text(self.ring, KIND, request.id, text, at)
            texts[called] = {"id": kept.id, "commitment": kept.commitment}
            also.append(store_it)
        papers = [self._paper(request, paper, also) for paper in taking.papers]
        content |= {"texts": texts} if texts else {}
        content |= {"papers": papers} if papers else {}
        who, of = by.principal.actor, by.principal.organization
        step = WaiverStep(
            new_id(at), request.id, request.version, name, request.state, at, who, of, content
        )
        return step, [*also, *taking.also]

    def _paper(self, request: WaiverRequest, paper: Paper, also: list[Also]) -> dict[str, str]:
        told = {"kind": paper.kind, "received_on": paper.received_on}
        if paper.file is None or paper.media_type is None:
            return told
        kept, store_it = sealable_paper(
            self.ring, request.id, paper.media_type, paper.file, request.changed_at
        )
        also.append(store_it)
        return {**told, "id": kept.id, "media_type": kept.media_type, "digest": kept.digest}


def _names_of(papers: Sequence[Paper]) -> dict[str, str]:
    """The names of the papers of a step, each under the place of its paper."""
    named = enumerate(papers)
    return {f"{PAPER_NAME}{place}": paper.name for place, paper in named if paper.name is not None}
