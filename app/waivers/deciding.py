"""A decision on a waiver request: what the reviewer says to the findings, and whether that follows
the advice. The advice is that of determinations; who decides is a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from app.law.questions import Outcome
from app.letters.template import template


class Said(StrEnum):
    """What a reviewer says to a finding."""

    RELIED_ON = "relied_on"
    CONTRADICTED = "contradicted_by"
    LEFT_OPEN = "left_open"


UNKNOWN = "unknown"
"""The status of a finding about which nothing is known."""
NOTHING_PROVES_IT = "no_proof"
"""The code of a finding that is left open because no paper shows it."""
Leaning = Literal["for", "against"]
"""Whether a finding speaks for a waiver or against one."""
NO_GROUND = (
    "A denial needs a finding that speaks against the waiver. Rely on one, or name the paper that "
    "contradicts one that speaks for it."
)
LEFT_OPEN_BECAUSE: Mapping[str, str] = {
    code: template().of_desk[f"because-{code}"]
    for code in ("no_proof", "not_stated", "not_needed", "left_to_the_office")
}
"""Why a finding can be left open, in words that complete a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of the advice: *key* names it, *says* is its sentence. To one that *decides*, the
    reviewer has to say something. *leaning* is for or against a waiver, where it is either.
    """

    key: str
    question: str
    status: str
    says: str
    decides: bool
    leaning: Leaning | None = None

    @property
    def can_say(self) -> Sequence[Said]:
        """What a reviewer can say to it: what is not known can only be left open."""
        return tuple(Said) if self.status != UNKNOWN else (Said.LEFT_OPEN,)

    def speaks_against(self, remark: "Remark") -> bool:
        """Whether it speaks against a waiver with what the reviewer says to it."""
        if remark.said is Said.RELIED_ON:
            return self.leaning == "against"
        return remark.said is Said.CONTRADICTED and self.leaning == "for"


@dataclass(frozen=True, slots=True)
class Advice:
    """What the determinations come to: the outcomes, the findings, and the next steps. *answers*
    are the sentences of both determinations.
    """

    reviewable: Outcome
    supported: Outcome
    findings: Sequence[Finding]
    next_steps: Sequence[str]
    answers: Sequence[str] = ()

    @property
    def step(self) -> str | None:
        """The decision that they advise; none where they leave it to the reviewer."""
        if "ineligible" in (self.reviewable, self.supported):
            return "deny"
        if self.supported == "eligible" and self.reviewable in ("eligible", "referred"):
            return "grant"
        return None

    @property
    def deciding(self) -> Sequence[Finding]:
        """The findings that decide, each sentence once: two provisions can ask the same."""
        by_sentence: dict[str, Finding] = {}
        for finding in self.findings:
            if finding.decides:
                by_sentence.setdefault(finding.says, finding)
        return list(by_sentence.values())

    @property
    def further_grounds(self) -> Sequence[Finding]:
        """The known findings against a waiver that decide nothing, each sentence once: a denial can
        rest on one.
        """
        asked = {finding.says for finding in self.deciding}
        found = {
            finding.says: finding
            for finding in self.findings
            if finding.leaning == "against" and finding.says not in asked
        }
        return list(found.values())

    def departs(self, step: str) -> bool:
        """Whether a decision departs from it. A return departs from nothing, since the law leaves
        it to the Office; nor does a person who can enroll otherwise from an advice to deny.
        """
        if step == "return" or self.step in (None, step):
            return False
        return step != "not-needed" or self.step == "grant"


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reviewer says to one finding: *paper* is the place of the paper that contradicts it,
    counted from 1, *because* the code of why it is left open.
    """

    finding: str
    said: Said
    paper: int | None = None
    because: str | None = None

    def content(self) -> dict[str, object]:
        """The remark as a step seals it."""
        said: dict[str, object] = {"finding": self.finding, "says": str(self.said)}
        said |= {} if self.paper is None else {"paper": self.paper}
        return said if self.because is None else {**said, "because": self.because}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a rationale: the place of the remark, none where it is about all of it,
    and the field of that remark.
    """

    detail: str
    remark: int | None = None
    member: str = "rationale"
    field: str | None = None

    @property
    def pointer(self) -> str:
        """Where it is in the body, as a JSON Pointer."""
        steps = (self.member, self.remark, self.field)
        return "".join(f"/{step}" for step in steps if step is not None)


@dataclass(frozen=True, slots=True)
class Rationale:
    """The remarks of a reviewer, and the finding from which a decision departs."""

    remarks: Sequence[Remark] = ()
    departs_from: str | None = None

    def wrong(self, step: str, advice: Advice, papers: int) -> Iterator[Wrong]:
        """What is wrong with it as the rationale of a step, for a request with some papers."""
        known = {finding.key: finding for finding in advice.findings}
        seen: set[str] = set()
        said_to: dict[str, Remark] = {}
        for place, remark in enumerate(self.remarks):
            if remark.finding not in known:
                yield Wrong("Is no finding of the advice.", place)
            elif remark.finding in seen:
                yield Wrong("Stands twice.", place)
            elif remark.paper is not None and remark.paper > papers:
                yield Wrong("Is no paper of this request.", place, field="paper")
            elif remark.said not in known[remark.finding].can_say:
                yield Wrong("What is not known can only be left open.", place, field="says")
            elif not _is_alike(remark, said_to.setdefault(known[remark.finding].says, remark)):
                yield Wrong("Stands twice, with another remark.", place, field="says")
            seen.add(remark.finding)
        if left := unspoken(advice, self):
            yield Wrong(f"Say something to each finding; still missing: {', '.join(left)}.")
        yield from self.wrong_departure(step, advice)
        if step == "deny" and not self._has_ground(advice):
            yield Wrong(NO_GROUND)

    def _has_ground(self, advice: Advice) -> bool:
        """Whether something that is said to the findings speaks against the waiver. Also does that
        nothing proves the finding from which a denial departs; and an advice to deny of which no
        single finding is known.
        """
        known = {finding.key: finding for finding in advice.findings}
        for remark in self.remarks:
            if remark.finding not in known:
                continue
            unproven = remark.because == NOTHING_PROVES_IT and remark.finding == self.departs_from
            if unproven or known[remark.finding].speaks_against(remark):
                return True
        can_rely = any(each.leaning == "against" for each in advice.findings)
        return advice.step == "deny" and not can_rely

    def wrong_departure(self, step: str, advice: Advice) -> Iterator[Wrong]:
        """What is wrong with the finding that it departs from."""
        if not advice.departs(step):
            if self.departs_from is not None:
                yield Wrong("Leave it out: this follows the advice.", member="departs_from")
            return
        if self.departs_from is None:
            yield Wrong(
                f"The advice is to {advice.step}. Name the finding that you depart from.",
                member="departs_from",
            )
        elif self.departs_from not in {
            remark.finding for remark in self.remarks if remark.said is not Said.RELIED_ON
        }:
            yield Wrong(
                "Must be a finding that you left open, or that a paper contradicts.",
                member="departs_from",
            )


def unspoken(advice: Advice, rationale: Rationale) -> list[str]:
    """The deciding findings to which nothing was said, also in the words of another one."""
    keys = {remark.finding for remark in rationale.remarks}
    said = {each.says for each in advice.findings if each.key in keys}
    return [each.key for each in advice.findings if each.decides and each.says not in said]


def _is_alike(one: Remark, other: Remark) -> bool:
    return (one.said, one.paper, one.because) == (other.said, other.paper, other.because)
