"""`flask decide`: one question, decided from a file of facts. For reading on a terminal the outcome
comes first, then every reason, as the law nests them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, TYPE_CHECKING

import click
import orjson
from rich.text import Text

from app import clock
from app.commands.lawbook.sources import DAY, asked, edition_option
from app.commands.output import NEGATIVE, Screen, command, marked, print_json
from app.determinations.answer import (
    FindingAnswer,
    LeadingEventAnswer,
    ReasonAnswer,
)
from app.determinations.cases.case import make_case
from app.determinations.telling.wording import derived_in_words
from app.law.words import day_in_words

if TYPE_CHECKING:  # reading answers needs no engine
    from app.determinations.changes.alternatives import WouldChange
    from app.determinations.determination import Determination, Need

_EFFECTS = {
    "grants": "permits",
    "bars": "excludes",
    "refers": "leaves to discretion",
    "cautions": "warns",
}
_KINDS = {
    "later": "later",
    "act": "can still be done",
    "past": "past",
    "otherwise": "with other facts",
}
Node = tuple[Text, "Sequence[Node]"]


def print_determination(screen: Screen, decided: Determination) -> None:
    """Everything a determination says, the sentence of its outcome first."""
    _print_outcome(screen, decided)
    _print_list(
        screen,
        "Contradictions: the service counted none of these facts",
        [conflict.says for conflict in decided.conflicts],
    )
    _print_events(screen, decided)
    screen.heading("Reasons")
    _print_tree(screen, _Tree().of(decided.reasons))
    _print_list(
        screen,
        "Missing facts, in the order to ask",
        [_need(need) for need in decided.needed],
        numbered=True,
    )
    _print_list(
        screen,
        "What would change the outcome",
        [_would_change(change) for change in decided.would_change],
    )
    _print_list(
        screen,
        "Deadlines",
        [
            f"{each.do} ({each.on})" + (f" {each.why}" if each.why else "")
            for each in decided.deadlines
        ],
    )
    steps = [
        f"{step.says} ({step.question})" if step.question else step.says
        for step in decided.next_steps
    ]
    _print_list(screen, "Next steps", steps)
    _print_list(screen, "Cautions", decided.cautions)
    screen.heading("Valid until")
    screen.line(_valid_until(decided), indent=2)


def _print_outcome(screen: Screen, decided: Determination) -> None:
    screen.line(decided.says, style="bold")
    screen.line(
        Text.assemble(
            "Outcome: ",
            marked(decided.outcome, decided.question.adverse),
            f", as of {day_in_words(decided.as_of)}, "
            f"edition {decided.edition}. "
            f"Asked: {decided.question.asks}",
        )
    )
    for name, value in decided.concludes.items():
        definition = decided.question.concludes.get(name)
        screen.line(
            f"{name}: {derived_in_words(value)}"
            + (f" ({definition.describes})" if definition else "")
            + (f" {until.says}" if (until := decided.concludes_until[name]).says else "")
        )


def _valid_until(decided: Determination) -> str:
    if decided.valid_until is None:
        return "The encoded law gives the same outcome on every later day."
    because = f" {decided.valid_until_because}" if decided.valid_until_because else ""
    return f"{day_in_words(decided.valid_until)}.{because}"


class _Tree:
    """Reasons and findings as nested lines.

    A question that appears twice has its reasons only at the first place.
    """

    def __init__(self) -> None:
        self.explained: set[str] = set()

    def of(self, reasons: Iterable[ReasonAnswer]) -> list[Node]:
        return [self.reason(reason) for reason in reasons]

    def reason(self, reason: ReasonAnswer) -> Node:
        under = f", {reason.citation.under}" if reason.citation.under else ""
        told = [
            _EFFECTS[reason.effect],
            *(["decisive"] if reason.decisive else []),
            *(["leads"] if reason.leads else []),
        ]
        text = Text.assemble(
            marked(reason.status),
            "  ",
            (reason.title, "bold"),
            f" ({', '.join(told)})",
            (
                f"\n{reason.provision}: {reason.citation.instrument}{under}. Evidence: "
                f"{reason.evidence}.{f' {reason.unverified}' if reason.unverified else ''}",
                "dim",
            ),
        )
        says: list[Node] = [(Text(reason.says), ())] if reason.says else []
        return text, [*says, *self.findings(reason.findings)]

    def findings(self, findings: Iterable[FindingAnswer]) -> list[Node]:
        """Findings one under the other.

        Where a provision has several paths, under the name of each.
        """
        paths: dict[str | None, list[Node]] = {}
        for finding in findings:
            paths.setdefault(finding.path or None, []).append(self.finding(finding))
        nodes: list[Node] = []
        for path, members in paths.items():
            nodes.extend(
                members if path is None else [(Text(f"path “{path.replace('-', ' ')}”"), members)]
            )
        return nodes

    def finding(self, finding: FindingAnswer) -> Node:
        presumed = " (presumed)" if finding.source == "presumed" else ""
        text = Text.assemble(marked(finding.status), f"  {finding.says}{presumed}")
        nested = finding.determination
        if not nested:
            return text, []
        text.append_text(Text.assemble("\n", f"{nested.question}: ", marked(nested.outcome)))
        if nested.question in self.explained:
            text.append(", for the reasons above")
            return text, []
        self.explained.add(nested.question)
        return text, self.of(nested.reasons)


def _print_tree(screen: Screen, nodes: Sequence[Node], before: str = "") -> None:
    for number, (text, children) in enumerate(nodes):
        is_last = number == len(nodes) - 1
        following = before + ("   " if is_last else "│  ")
        screen.tree_line(
            before + ("└─ " if is_last else "├─ "), following + ("│  " if children else "   "), text
        )
        _print_tree(screen, children, following)


def _need(need: Need) -> str:
    fact, event = need
    choices = f" One of {', '.join(fact.choices)}." if fact.choices else ""
    unit = f", in {fact.unit}" if fact.unit else ""
    of = f"Event {event}: " if event else ""
    return f"{of}{fact.label} ({fact.name}, {fact.type}{unit}){choices}"


def _print_events(screen: Screen, decided: Determination) -> None:
    """Which of several events the answer is about, and what the others come to."""
    leading, others = decided.of_events
    if not leading or not others:
        return
    screen.heading("Events")
    screen.tree_line("  - ", "    ", Text(f"{_event(leading)}: decided as above."))
    for each in others:
        until = f" Until {day_in_words(each.valid_until)}." if each.valid_until else ""
        told = Text.assemble(f"{_event(each)}: ", marked(each.outcome), f". {each.says}{until}")
        screen.tree_line("  - ", "    ", told)


def _event(each: LeadingEventAnswer) -> str:
    told = ", ".join(str(value) for value in each.event.values())
    return f"Event {each.number} ({told or 'nothing stated'})"


def _would_change(change: WouldChange) -> str:
    return f"{change.becomes} ({_KINDS[change.kind]}): {change.says}"


def _print_list(
    screen: Screen, heading: str, entries: Sequence[str], numbered: bool = False
) -> None:
    if not entries:
        return
    screen.heading(heading)
    for number, entry in enumerate(entries, start=1):
        screen.tree_line(
            f"  {number}. " if numbered else "  - ", "     " if numbered else "    ", Text(entry)
        )


@click.command("decide")
@click.argument("question")
@click.argument("facts", type=click.File("rb"), metavar="FACTS.json")
@click.option(
    "--as-of",
    type=DAY,
    help="The day whose law applies, if no fact names it; default: today in Massachusetts.",
)
@edition_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 unless the outcome is eligible.")
@command
def decide_command(
    question: str,
    facts: IO[bytes],
    as_of: date | None,
    edition: str | None,
    exit_code: bool,
    as_json: bool,
) -> None:
    """Decide QUESTION from the facts in FACTS.json (- reads standard input), and print the reasons.

    The facts are a JSON object. Nest them, as in {"enrollment": {"requested_on": "2011-02-16"}}, or
    use full names, as in {"enrollment.requested_on": "2011-02-16"}. `flask questions QUESTION`
    lists them. Several events are a list under "events". The command stores nothing.

    \b
    Example:  echo '{"enrollment.requested_on": "2011-02-16"}' | flask decide enrollment.permitted -
    """
    from app.determinations.several.several_events import decide_events

    deciding, typed, name = asked(question, facts, edition)
    case = make_case(
        deciding.lawbook, question, typed, as_of, name, clock.today(), edition is not None
    )
    decided = decide_events(deciding, case)
    if as_json:
        print_json(orjson.loads(decided.json()))
    else:
        print_determination(Screen(), decided)
    if exit_code and decided.outcome != "eligible":
        sys.exit(NEGATIVE)
