"""The cases of a provision tried: each is decided by the engine, and together they have to show all
that the habits ask for. Each complaint has its file and line.
"""

from collections.abc import Iterator
from pathlib import Path

from app.determinations.answer import ReasonAnswer
from app.determinations.cases.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.errors import AsOfDiffers, FactsRefused
from app.determinations.telling.reasons import STATUS, values_answer
from app.determinations.trials.case_edges import CaseInForce, case_in_force, missing_edges
from app.law.checking.habits import edition_of, missing_cases
from app.law.errors import Fault, LawNotEncoded, Place, UnknownEdition
from app.law.provision import Provision
from app.law.reading.case_files import WrittenCase, case_file_of, read_case_file
from app.law.reading.names import nest

_TRUTH = {True: "met", False: "not_met", None: "unknown"}


class Trials:
    """Tries provisions by their cases; *folder* mirrors the rulesets, and complaints call it
    *shown*.
    """

    def __init__(self, decider: Decider, folder: Path, shown: str = "tests/cases") -> None:
        self.decider, self.lawbook = decider, decider.lawbook
        self.folder, self.shown = folder, shown

    def of(self, provision: Provision) -> tuple[int, list[Fault]]:
        """How many cases a provision has, and every complaint about them, in file and line
        order.
        """
        if not case_file_of(provision.id, self.folder).is_file():
            place = Place(f"{self.shown}/{provision.id}.yaml", 1)
            return 0, [Fault(place, f"the cases of {provision.id} are missing")]
        written, faults = read_case_file(provision.id, self.folder, self.shown)
        in_force: list[CaseInForce] = []
        for case in written.cases:
            wrong = list(self.case(case))
            faults += wrong
            found = None if wrong else case_in_force(self.decider, case)
            in_force += [found] if found is not None else []
        if not faults:  # else what is missing may be what is wrong
            faults += missing_cases(self.lawbook, provision, written.cases)
            faults += missing_edges(self.lawbook, provision, written, in_force)
        return len(written.cases), sorted(set(faults))

    def without_provision(self) -> Iterator[Fault]:
        """A complaint about each file of cases that has no provision."""
        for path in sorted(self.folder.rglob("*.yaml")):
            id = path.relative_to(self.folder).with_suffix("").as_posix()
            if id not in self.lawbook.provisions:
                yield Fault(Place(f"{self.shown}/{id}.yaml", 1), f"there is no provision {id}")

    def case(self, case: WrittenCase) -> Iterator[Fault]:
        """Every way in which a case comes out otherwise than expected."""
        try:
            sentences = list(self._differences(case))
        except FactsRefused as error:
            sentences = [f"{wrong.fact}: {wrong.detail}" for wrong in error.errors]
        except (AsOfDiffers, UnknownEdition) as error:
            sentences = [str(error)]
        place = case.places.of("expect")
        yield from (Fault(place, f"{case.name}: {sentence}") for sentence in sentences)

    def _differences(self, case: WrittenCase) -> Iterator[str]:
        lawbook, question = self.lawbook, self.lawbook.provisions[case.provision].answers
        edition = edition_of(lawbook, case)
        facts = read_facts(lawbook, question, nest(case.given))
        asked = make_case(lawbook, question, facts, case.as_of, edition, case.decided_on)
        span = lawbook.edition(edition).in_force.get(case.provision)
        try:
            decided = self.decider.decide(asked)
        except LawNotEncoded:
            yield from _unlike("", case.status, "not_encoded")
            return
        if span is None or case.as_of not in span:
            yield from _unlike("", case.status, "not_in_force")
            return
        status, found = _found(case.provision, decided)
        yield from _unlike("", case.status, status)
        for name, expected in case.conditions.items():
            yield from _unlike(f"{name} ", expected, found.get(name, "no such condition"))
        reason = _reason(case.provision, decided)
        own = (reason.concludes if reason is not None else None) or {}
        concludes = {**values_answer(decided.concludes), **own}
        for name, value in case.concludes.items():
            yield from _unlike(f"{name} ", value, concludes.get(name))


def _unlike(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"expected {what}{expected}, found {found}"


def _reason(provision: str, decided: Determination) -> ReasonAnswer | None:
    return next((r for r in decided.reasons if r.provision == provision), None)


def _found(provision: str, decided: Determination) -> tuple[str, dict[str, str]]:
    """The status of a provision in force, and those of its conditions; one that only cautions is
    among the reasons only where it applies, and is looked at like the others here.
    """
    reason = _reason(provision, decided)
    if reason is not None:
        return reason.status, {f.condition: f.status for f in reason.findings}
    evaluation, law = decided.evaluation, decided.knowledge.in_play.law
    [standing] = (p for p in law.provisions if p.provision.id == provision)
    conditions = {
        c.condition.id: _TRUTH[evaluation.condition(c.index)] for c in standing.conditions
    }
    return STATUS[evaluation.provision(standing.index)], conditions
