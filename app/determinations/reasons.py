"""Why: every provision's status with its findings, what is still needed, what to do next, what to
beware of.

A sentence stands in a finding only because its condition came out so; nothing here decides
anything.
"""

from collections.abc import Iterator
from datetime import date

from app.determinations.conclude import Concluded, concluded
from app.determinations.findings import Findings
from app.determinations.knowledge import Knowledge
from app.determinations.model import Determination, Finding, NextStepTold, Reason, ReasonStatus
from app.determinations.wording import derived_in_words, facts_in_words, fill
from app.engine import Evaluation
from app.engine.shadow import all_hold
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion
from app.remembered import Remembered

_REASON: dict[bool | None, ReasonStatus] = {
    True: "applies",
    False: "does_not_apply",
    None: "undetermined",
}


def decisive(question: StandingQuestion, evaluation: Evaluation) -> set[int]:
    """The provisions, by index, on which the outcome rests."""
    status, outcome = evaluation.provisions, evaluation.outcomes[question.question.id]
    if outcome == "ineligible":
        barring = {p.index for p in question.of("bars") if status[p.index]}
        return barring or {p.index for p in question.of("grants")}
    if outcome in ("eligible", "referred"):
        effect = "grants" if outcome == "eligible" else "refers"
        return {p.index for p in question.provisions if p.effect == effect and status[p.index]}
    granted = any(status[index] for index in question.grants)
    open_still = question.bars if granted else (*question.bars, *question.grants)
    return {index for index in open_still if status[index] is None}


class Telling:
    """One evaluated case, put into words."""

    def __init__(
        self,
        lawbook: Lawbook,
        law: StandingLaw,
        knowledge: Knowledge,
        evaluation: Evaluation,
        as_of: date,
    ) -> None:
        self.lawbook, self.law, self.knowledge = lawbook, law, knowledge
        self.evaluation, self.as_of = evaluation, as_of
        self.findings = Findings.of(knowledge.in_play)
        self.word_for = facts_in_words(knowledge.in_play.definitions, knowledge.values)
        """What to write for a fact in a sentence."""
        self._nested: dict[str, Determination] = {}
        self._concludes: dict[int, Concluded] = {}

    def determination(self, question: StandingQuestion) -> Determination:
        """The determination of one question, without what would change it."""
        outcome = self.evaluation.outcomes[question.question.id]
        concludes, per_provision, leader = concluded(
            question, outcome, self.evaluation.provisions, self.knowledge
        )
        deciding = decisive(question, self.evaluation)
        self._concludes.update(per_provision)
        reasons = self.reasons(question, deciding, leader)
        return Determination(
            question=question.question,
            as_of=self.as_of,
            edition=self.law.edition,
            outcome=outcome,
            says=self.says(question, outcome, concludes),
            reasons=tuple(reasons),
            needs=self.remembered_needs(question) if outcome == "undetermined" else (),
            concludes=concludes,
            next_steps=tuple(self.next_steps(question, outcome, deciding)),
            cautions=tuple(dict.fromkeys(self.cautions(question))),
        )

    def says(self, question: StandingQuestion, outcome: Outcome, concludes: Concluded) -> str:
        """The sentence of the outcome."""

        def word_for(name: str) -> str:
            return (
                derived_in_words(concludes.get(name))
                if name in question.question.concludes
                else self.word_for(name)
            )

        return fill(question.question.says[outcome], word_for)

    # --- reasons ---

    def reasons(
        self, question: StandingQuestion, deciding: set[int], leader: int | None
    ) -> list[Reason]:
        """Every provision's status with all its findings: the leading one first, then those that
        decide, then the others.
        """
        status, find = self.evaluation.provisions, self.findings.reason
        first: list[Reason] = []
        others: list[Reason] = []
        for provision in question.provisions:
            index = provision.index
            if provision.effect != "cautions" or status[index]:
                marks = (index in deciding, index == leader)
                found = find(provision, marks, self.knowledge, self.nested, self._reason)
                if marks[1]:
                    first.insert(0, found)
                else:
                    (first if marks[0] else others).append(found)
        return first + others

    def _reason(self, provision: StandingProvision, marks: tuple[bool, bool]) -> Reason:
        findings = tuple(self.finding(condition) for condition in provision.conditions)
        says = provision.provision.unread if self.is_unread(provision) else None
        status = _REASON[self.evaluation.provisions[provision.index]]
        return Reason(
            provision.provision,
            status,
            *marks,
            findings,
            self._concludes.get(provision.index, {}),
            says,
        )

    def finding(self, condition: StandingCondition) -> Finding:
        """One condition's status.

        Where it looks at another question, with that question's determination.
        """
        truth = self.evaluation.conditions[condition.index]
        if condition.is_nested and condition.fact.name not in self.knowledge.stated:
            return self.findings.nested(
                condition, truth, self.nested(condition.fact.name), self.knowledge
            )
        return self.findings.plain(condition, truth, self.knowledge)

    def is_unread(self, provision: StandingProvision) -> bool:
        """Whether all that is known of a provision holds, and its text is what is missing."""
        if provision.provision.unread is None:
            return False
        return any(
            all_hold(self.evaluation.conditions[c.index] for c in path) for path in provision.paths
        )

    def nested(self, question: str) -> Determination | None:
        """The determination of a question that another uses."""
        standing = self.law.by_question.get(question)
        if standing is None:
            return None
        if question not in self._nested:
            self._nested[question] = self.findings.determination(
                standing, self.knowledge, self.as_of, lambda: self.determination(standing)
            )
        return self._nested[question]

    # --- what is needed ---

    def remembered_needs(self, question: StandingQuestion) -> tuple[FactDefinition, ...]:
        """The same facts are needed of everybody whose conditions come out alike and who told the
        same ones.
        """
        kept: Remembered[tuple[FactDefinition, ...]] = self.knowledge.in_play.remember(
            "needs", Remembered
        )
        key = (question.index, *self.evaluation.conditions, *self.knowledge.values)
        return kept.find(key) or kept.keep(key, tuple(self.needs(question)))

    def needs(self, question: StandingQuestion) -> list[FactDefinition]:
        """The facts still needed, in the order to ask them: for bars first, then for the grant that
        fewest answers would settle.
        """
        wanted: dict[str, FactDefinition] = {}
        deciding = decisive(question, self.evaluation)
        provisions = [p for p in question.provisions if p.index in deciding]
        provisions.sort(
            key=lambda p: (
                p.effect != "bars",
                min(len(n) for n in self.open_paths(p)) if p.effect != "bars" else 0,
            )
        )
        for provision in provisions:
            for names in self.open_paths(provision):
                for name in names:
                    wanted[name] = self.lawbook.fact(name)
        return list(wanted.values())

    def open_paths(self, provision: StandingProvision) -> list[list[str]]:
        """For each path that could still hold, the facts that are missing."""
        truth = self.evaluation.conditions
        paths = [
            path for path in provision.paths if all_hold(truth[c.index] for c in path) is not False
        ]
        return [
            [n for c in path if truth[c.index] is None for n in self.missing(c)] for path in paths
        ] or [[]]

    def missing(self, condition: StandingCondition) -> list[str]:
        """The stated facts that would settle a condition."""
        name = condition.fact.name
        if condition.is_nested:
            nested = self.law.by_question.get(name)
            return [fact.name for fact in self.needs(nested)] if nested is not None else [name]
        return [
            n for n in self.lawbook.vocabulary.inputs_of(name) if n not in self.knowledge.values
        ]

    # --- what to do, what to beware of ---

    def next_steps(
        self, question: StandingQuestion, outcome: Outcome, deciding: set[int]
    ) -> Iterator[NextStepTold]:
        """The next steps of the outcome, then those of the provisions it rests on, and of what to
        beware of where not eligible.
        """
        told: dict[tuple[str, str | None], None] = {}
        for step in question.question.outcome_next_steps.get(outcome, ()):
            told[step.says, step.question] = None
        for provision in question.provisions:
            counts = provision.index in deciding or (
                provision.effect == "cautions" and outcome != "eligible"
            )
            if counts and provision.provision.next_steps:
                status = _REASON[self.evaluation.provisions[provision.index]]
                for step in provision.provision.next_steps:
                    if step.on == status and not self.has_failed(provision, step.unless_failed):
                        told[step.says, step.question] = None
        return (NextStepTold(says, link) for says, link in told)

    def has_failed(self, provision: StandingProvision, condition: str | None) -> bool:
        """Whether a condition of a provision, by its id, is not met; none never fails."""
        if condition is None:
            return False
        return any(
            c.condition.id == condition and self.evaluation.conditions[c.index] is False
            for c in provision.conditions
        )

    def cautions(self, question: StandingQuestion) -> Iterator[str]:
        """The cautions of the provisions that apply, and what could not be read.

        Those of used questions too.
        """
        status, stated = self.evaluation.provisions, self.knowledge.stated
        granted = self.evaluation.outcomes[question.question.id] == "eligible"
        for provision in question.cautioning:
            caution = provision.provision.caution
            if caution is not None and status[provision.index]:
                yield fill(caution, lambda name, p=provision: self.in_caution(p, name))  # type: ignore[misc]
            if provision.is_unread and self.is_unread(provision):
                yield str(provision.provision.unread)
            if granted and provision.effect == "refers" and status[provision.index] is None:
                referral = (
                    "This could still be referred to somebody's discretion: "
                    f"{provision.provision.title}."
                )
                yield f"{referral} {self.what_is_open(provision)}"
            for used in provision.uses:
                nested = self.nested(used) if used not in stated else None
                if nested is not None:
                    yield from nested.cautions

    def what_is_open(self, provision: StandingProvision) -> str:
        """What would have to be known to settle a provision."""
        names = dict.fromkeys(name for path in self.open_paths(provision) for name in path)
        if names:
            return f"Not stated: {' '.join(self.lawbook.fact(name).label for name in names)}"
        unknown = [
            c.fact.label
            for c in provision.conditions
            if self.evaluation.conditions[c.index] is None
        ]
        return f"Not known: {'; '.join(dict.fromkeys(unknown))}."

    def in_caution(self, provision: StandingProvision, name: str) -> str:
        """What to write for a name in a provision's caution."""
        if name in provision.parameters:
            return derived_in_words(provision.parameters[name])
        return self.word_for(name)
