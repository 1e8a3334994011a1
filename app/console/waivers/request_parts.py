"""What several pages show of a waiver request: what it says, its denial, what a reviewer said to
each finding.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from app.api.determinations.stored import kept_or_named, note, text_of
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.api.waivers.advice import sealed_findings
from app.api.waivers.answers import WaiverRequestAnswer
from app.console.answers.telling import Told
from app.console.waivers.desk_words import PAPERS, WAYS, WHO
from app.law.words import day_in_words
from app.waivers.deciding import LEFT_OPEN_BECAUSE, Said


class RemarkShown(NamedTuple):
    """A finding, and what the reviewer said to it."""

    finding: str
    said: str


def about(told: WaiverRequestAnswer) -> dict[str, Any]:
    """What a page needs to show what a request and its denial say. Reading the denial is noted."""
    return {
        "reasons": current_service().lawbook.fact("waiver.reason").choices,
        "ways": WAYS,
        "who": WHO,
        "facts": _facts(told),
        "denial": _denial(told),
    }


def _denial(told: WaiverRequestAnswer) -> Told | None:
    """The denial that the request names, for who may read it."""
    id = told.denial.determination
    if id is None or not principal().may("determinations.read"):
        return None
    try:
        record = kept_or_named(UUID(id))
    except Problem:  # it is out of this person's reach, while the request is not
        return None
    note("determination.read", record.record.id)
    return Told(current_service().decider, orjson.loads(text_of(record)))


def _facts(told: WaiverRequestAnswer) -> list[tuple[str, object]]:
    vocabulary = current_service().lawbook.vocabulary
    return [(name, value) for name, value in told.facts.items() if name in vocabulary]


def remarks_of(told: WaiverRequestAnswer) -> dict[int, list[RemarkShown]]:
    """What reviewers said to each finding, by the number of the step, for who may read the advice.
    That they read it is noted.
    """
    if not principal().may("determinations.read"):
        return {}
    found = dict[int, list[RemarkShown]]()
    for step in told.steps:
        if remarks := step.details.get("rationale"):
            ids = step.details["advice"].values()
            says = sealed_findings(current_service(), ids, principal().reach)
            if says:
                note("determination.read", *ids)
            found[step.number] = [
                RemarkShown(says[each["finding"]], _said(told, each))
                for each in remarks
                if each["finding"] in says
            ]
    return found


def _said(told: WaiverRequestAnswer, remark: Mapping[str, Any]) -> str:
    said = Said(remark["says"])
    if said is Said.RELIED_ON:
        return "The decision relies on it."
    if said is Said.LEFT_OPEN:
        return f"Left open, because {LEFT_OPEN_BECAUSE[remark['because']]}."
    paper = told.papers[remark["paper"] - 1]
    day = day_in_words(date.fromisoformat(str(paper.received_on)))
    return f"A paper contradicts it: {PAPERS[paper.kind].lower()}, received on {day}."
