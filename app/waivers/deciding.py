"""A decision on a waiver request: what the reviewer says to the findings, and whether that follows
the advice. The advice is that of determinations; who decides is a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.law.questions import Outcome
from app.letters.template import template


class Said(StrEnum):
    """What a reviewer says to a finding."""

    RELIED_ON = "relied_on"
    CONTRADICTED = "contradicted_by"
    LEFT_OPEN = "left_open"


UNKNOWN = "unknown"
"""The status of a finding about which nothing is known."""
LEFT_OPEN_BECAUSE: Mapping[str, str] = {
    code: template().of_desk[f"because-{code}"]
    for code in ("no_proof", "not_stated", "not_needed", "left_to_the_office")
}
"""Why a finding can be left open, in words that complete a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of the advice: *key* names it, *says* is its sentence. To one that *decides*, the
    reviewer has to say something.
    """

    key: str
    question: str
    status: str
    says: str
    decides: bool

    @property
    def can_say(self) -> Sequence[Said]:
        """What a reviewer can say to it: no decision relies on what is not known."""
        if self.status != UNKNOWN:
            return tuple(Said)
        return tuple(said for said in Said if said is not Said.RELIED_ON)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the determinations come to: the outcomes, the findings, and the next steps."""

    reviewable: Outcome
    supported: Outcome
    findings: Sequence[Finding]
    next_steps: Sequence[str]

    @property
    def step(self) -> str | None:
        """The decision that they advise; none where they leave it to the reviewer."""
        if "ineligible" in (self.reviewable, self.supported):
            return "deny"
        if self.supported == "eligible" and self.reviewable in ("eligible", "referred"):
            return "grant"
        return None


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
        for place, remark in enumerate(self.remarks):
            if remark.finding not in known:
                yield Wrong("Is no finding of the advice.", place)
            elif remark.finding in seen:
                yield Wrong("Stands twice.", place)
            elif remark.paper is not None and remark.paper > papers:
                yield Wrong("Is no paper of this request.", place, field="paper")
            elif remark.said not in known[remark.finding].can_say:
                yield Wrong("No decision relies on what is not known.", place, field="says")
            seen.add(remark.finding)
        if left := unspoken(advice, self):
            yield Wrong(f"Say something to each finding; still missing: {', '.join(left)}.")
        yield from self._wrong_departure(step, advice)

    def _wrong_departure(self, step: str, advice: Advice) -> Iterator[Wrong]:
        departs = advice.step not in (None, step)
        if not departs:
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
    """The deciding findings to which nothing was said."""
    said = {remark.finding for remark in rationale.remarks}
    return [each.key for each in advice.findings if each.decides and each.key not in said]
