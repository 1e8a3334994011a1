"""The advice on a waiver request, and a decision as it would go out: its preview and its digest."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from msgspec.json import Decoder

from app import clock
from app.access.principal import Principal
from app.api.determinations.deciding import Asked, Decided, decide
from app.api.http.answered.responses import Problem
from app.api.http.answered.responses import Wrong as WrongMember
from app.api.http.service import Service, origin
from app.api.waivers.clocks import REVIEWABLE, SUPPORTED, day_to_tell_carrier_by, facts_for
from app.api.waivers.other_ways import require_way
from app.determinations.answer import DeterminationAnswer, FindingAnswer, ReasonAnswer
from app.determinations.telling.brief import brief_of
from app.records.entries import NewDetermination
from app.records.verifying.chains import link
from app.records.visibility import Reach
from app.records.waivers.waiver_requests import Also
from app.waivers.deciding import UNKNOWN, Advice, Finding, Leaning, Rationale, Wrong, unspoken
from app.waivers.outgoing import Sentence, Told, letter, message, sealed_letter
from app.waivers.whole import WholeRequest

_decode = Decoder(DeterminationAnswer).decode


@dataclass(frozen=True, slots=True)
class Advised:
    """The advice, with the determinations that give it, not stored yet."""

    advice: Advice
    decided: Sequence[Decided]

    @property
    def ids(self) -> dict[str, str]:
        """The determinations by question, as a step seals them."""
        return {each.record.question: each.record.id for each in self.decided if each.record}

    def storing(self, service: Service) -> Also:
        """What stores the determinations in the transaction of the decision."""
        by = origin()
        new = [
            NewDetermination(
                each.record, by.did("determination.made", each.record.id, kind="determination")
            )
            for each in self.decided
            if each.record is not None
        ]
        return lambda connection: service.store.keep_many(new, connection)


def advise(service: Service, here: WholeRequest, by: Principal, keep: bool) -> Advised:
    """The advice on a request: the determinations on whether it is reviewable and supported, under
    the pair of the request. They are made to *keep* where a decision follows.

    Raises:
        Problem: facts-contradict, law-not-encoded.
        EngineFault: the engine cannot be trusted with the case.
    """
    owner = replace(by, organization=here.request.organization)
    decided = []
    for question in (REVIEWABLE, SUPPORTED):
        asked: Asked = {
            "question": question,
            "facts": facts_for(service, question, here),
            "subject": here.request.subject,
        }
        text = orjson.dumps(asked).decode()
        decided.append(decide(service, asked, text, owner, keep))
    reviewable, supported = (_decode(each.text) for each in decided)
    steps = supported.next_steps if supported.outcome == "ineligible" else reviewable.next_steps
    advice = Advice(
        reviewable.outcome,
        supported.outcome,
        [*findings_of(reviewable), *findings_of(supported)],
        list(dict.fromkeys(step.says for step in steps)) or _after_a_denial(service),
        [reviewable.says, supported.says],
    )
    return Advised(advice, decided)


def _after_a_denial(service: Service) -> list[str]:
    """What the law tells those whom the Office refuses, for a refusal that nothing advised."""
    steps = service.lawbook.question(REVIEWABLE).outcome_next_steps.get("ineligible", ())
    return [str(step.says) for step in steps]


def findings_of(document: DeterminationAnswer) -> Iterator[Finding]:
    """The findings of a determination, each with whether it decides the advice."""
    deciding = {
        (reason.provision, finding.condition)
        for reason in brief_of(document).reasons
        for finding in reason.findings
    }
    for reason in document.reasons:
        for finding in reason.findings:
            yield Finding(
                f"{reason.provision}#{finding.condition}",
                document.question,
                finding.status,
                finding.says,
                (reason.provision, finding.condition) in deciding,
                _leaning(reason, finding),
            )


def _leaning(reason: ReasonAnswer, finding: FindingAnswer) -> Leaning | None:
    """Whether a finding speaks for a waiver: where it meets a ground, or fails a bar."""
    if finding.status == UNKNOWN or reason.effect not in ("grants", "bars"):
        return None
    return "for" if (reason.effect == "grants") == (finding.status == "met") else "against"


def sealed_findings(service: Service, ids: Iterable[str], reach: Reach) -> dict[str, str]:
    """The sentences of the findings of stored advice, by their keys, as far as somebody may read
    it.

    Raises:
        RecordDamaged: a determination is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    found = [link(service.store, id, reach) for id in ids]
    return {
        finding.key: finding.says
        for each in found
        if each is not None
        for finding in findings_of(_decode(each.record.document))
    }


def is_advice(service: Service, id: str, columns: Mapping[str, Any]) -> bool:
    """Whether a stored determination, whose *columns* name question and pair, is the advice of a
    decision on a waiver request.

    Raises:
        RecordDamaged: a request or a step is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    if columns["question"] not in (REVIEWABLE, SUPPORTED) or columns["subject"] is None:
        return False
    requests = service.desk.requests
    return any(
        id in step.content.get("advice", {}).values()
        for request in requests.about(columns["subject"], columns["organization"])
        for step in requests.steps(request.id)
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision as the reviewer gives it: *words* are their own, *way_in* the other way to enroll
    by question and provision.
    """

    step: str
    rationale: Rationale
    words: str | None = None
    way_in: Mapping[str, str] | None = None

    @classmethod
    def of(cls, step: str, asked: Mapping[str, Any]) -> "Draft":
        """A decision out of a body that was loaded."""
        rationale = Rationale(asked["rationale"], asked.get("departs_from"))
        return cls(step, rationale, asked.get("words"), asked.get("way_in"))

    def content(self) -> dict[str, Any]:
        """The decision as a step seals it."""
        content: dict[str, Any] = {
            "rationale": [remark.content() for remark in self.rationale.remarks]
        }
        if self.rationale.departs_from is not None:
            content["departs_from"] = self.rationale.departs_from
        return content if self.way_in is None else {**content, "way_in": dict(self.way_in)}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go out, and the digest of all that it rests on. While the rationale is incomplete
    there is no digest, and *incomplete* says what is missing.
    """

    advice: Advice
    letter: Sequence[Sentence]
    message: Sequence[str]
    unspoken: Sequence[str]
    incomplete: Sequence[str]
    digest: str | None


def preview_of(service: Service, here: WholeRequest, advice: Advice, draft: Draft) -> Preview:
    """A decision as it would go out today.

    Raises:
        Problem: invalid-request; what is wrong with the rationale or the way in.
    """
    wrong = list(draft.rationale.wrong(draft.step, advice, len(here.papers)))
    _refuse([each for each in wrong if each.remark is not None])
    today = clock.today()
    told = Told(
        draft.step,
        today,
        advice,
        draft.rationale,
        here.papers,
        day_to_tell_carrier_by(service, today, today) if draft.step == "grant" else None,
        None if draft.way_in is None else require_way(service, here, draft.way_in, today).title,
    )
    sentences, to_carrier = letter(told), message(here.request, draft.step)
    digest = None if wrong else _digest(here, advice, draft, sentences, to_carrier)
    left = unspoken(advice, draft.rationale)
    missing = [each.detail for each in wrong]
    return Preview(advice, sentences, to_carrier, left, missing, digest)


def require_rationale(here: WholeRequest, advice: Advice, draft: Draft) -> None:
    """Require that a rationale says something to each finding, and names what it departs from.

    Raises:
        Problem: invalid-request, with a pointer to each remark that is wrong.
    """
    _refuse(list(draft.rationale.wrong(draft.step, advice, len(here.papers))))


def require_departure_named(advice: Advice, draft: Draft) -> None:
    """Require that a decision names the finding that it departs from.

    Raises:
        Problem: invalid-request, with a pointer to it.
    """
    _refuse(list(draft.rationale.wrong_departure(draft.step, advice)))


def _refuse(wrong: Sequence[Wrong]) -> None:
    if wrong:
        errors = [WrongMember("json", each.detail, each.pointer) for each in wrong]
        raise Problem("invalid-request", "The rationale is not complete.", errors)


def _digest(
    here: WholeRequest,
    advice: Advice,
    draft: Draft,
    sentences: Sequence[Sentence],
    to_carrier: list[str],
) -> str:
    covered = {
        "request": [here.request.id, here.request.version],
        "step": draft.step,
        "said": draft.content(),
        "words": draft.words,
        "advice": [advice.reviewable, advice.supported],
        "findings": [[each.key, each.status, each.says] for each in advice.findings],
        **sealed_letter(sentences),
        "message": to_carrier,
    }
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()
