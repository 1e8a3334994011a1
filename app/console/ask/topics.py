"""The questions as the page for choosing one shows them: the most asked first, then by group, and
found by words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.law.questions import Question

MOST_ASKED = (
    "enrollment.permitted",
    "individual.eligible",
    "enrollment.qualifying_event",
    "waiver.reviewable",
    "group.eligible",
    "group.enrollment",
)
"""What workers ask every day, the first first."""
GROUPS = {
    "People": (
        "enrollment",
        "individual",
        "dependent",
        "coverage",
        "exclusion",
        "federally",
        "catastrophic",
    ),
    "Businesses and their employees": ("group", "employee"),
    "Waivers": ("waiver",),
    "Carriers, plans and rates": ("issue", "renewal", "plan", "rate", "market", "carrier"),
    "Cooperatives and associations": ("cooperative", "association"),
    "Health Care Quality and Cost Council": ("council",),
}
"""The topics of questions, by whom they are about, in the order in which workers need them."""
OTHERS = "Other questions"
FIRST = "Asked most"
RELATED = {"group.eligible": "employee.eligible", "group.enrollment": "employee.eligible"}
"""Where one question counts what another one decides."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading."""

    heading: str
    questions: list[Question]


def grouped(questions: Iterable[Question]) -> list[Group]:
    """The questions by group, the most asked ones before all."""
    known = {each.id: each for each in questions}
    first = Group(FIRST, [known[id] for id in MOST_ASKED if id in known])
    found, left = [first], {id: each for id, each in known.items() if id not in MOST_ASKED}
    for heading, topics in GROUPS.items():
        of_group = [each for topic in topics for each in left.values() if _topic(each) == topic]
        found.append(Group(heading, of_group))
    placed = {topic for topics in GROUPS.values() for topic in topics}
    found.append(Group(OTHERS, [each for each in left.values() if _topic(each) not in placed]))
    return [each for each in found if each.questions]


def with_words(questions: Iterable[Question], words: str) -> list[Question]:
    """The questions that have every word somewhere in them or in the heading of their group."""
    wanted = words.casefold().split()
    headings = {topic: heading for heading, topics in GROUPS.items() for topic in topics}
    return [
        each
        for each in questions
        if all(
            word in f"{each.asks} {headings.get(_topic(each), OTHERS)}".casefold()
            for word in wanted
        )
    ]


def _topic(question: Question) -> str:
    return question.id.partition(".")[0]
