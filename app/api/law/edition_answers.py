"""The editions of the law and in what two of them differ, described."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.determinations.answer import CitationAnswer, EvidenceTag, LawAnswer
from app.determinations.telling.wording import as_json, citation_answer
from app.law.calendars import Calendar
from app.law.edition_law import EditionLaw
from app.law.history import Difference, DifferenceKind
from app.law.provision import DatedValue, Source
from app.law.questions import Edition


class EditionAnswer(Struct):
    """An edition of the law."""

    name: str
    title: str
    is_default: bool
    enacted_through: Annotated[
        date | None,
        Meta(description="It has what was enacted through this day; null if it has everything."),
    ]
    checked_through: Annotated[
        date | None,
        Meta(description="The last day through which later law was searched; null if unlimited."),
    ]
    because: Annotated[str | None, Meta(description="Why it ends there.")]


class EditionsAnswer(Struct):
    """All editions."""

    editions: list[EditionAnswer]
    law: LawAnswer


class WrittenAnswer(Struct):
    """Where something is written in one edition, how well that was read, and the value there."""

    citation: CitationAnswer
    evidence: EvidenceTag
    value: Annotated[Any, Meta(description="The value; null if none is encoded.")] | UnsetType = (
        UNSET
    )


class DifferenceAnswer(Struct):
    """One thing that two editions say differently of a day: `here` is `edition`, `there` is
    `other`.
    """

    id: str
    title: str
    kind: Literal["provision", "calendar"]
    what: DifferenceKind
    here: Annotated[
        WrittenAnswer | None, Meta(description="Null if it is not in force in `edition`.")
    ]
    there: Annotated[
        WrittenAnswer | None, Meta(description="Null if it is not in force in `other`.")
    ]
    href: str
    parameter: (
        Annotated[str, Meta(description="The parameter whose value differs.")] | UnsetType
    ) = UNSET
    unit: str | UnsetType = UNSET


class DifferencesAnswer(Struct):
    """In what two editions differ on a day."""

    edition: str
    other: str
    as_of: date
    differences: list[DifferenceAnswer]
    law: LawAnswer


def edition_answer(edition: Edition, default: str) -> EditionAnswer:
    """An edition; *default* is the name of the one that the service uses where none is named."""
    return EditionAnswer(
        edition.name,
        edition.title,
        edition.name == default,
        edition.enacted_through,
        edition.checked_through,
        edition.because and " ".join(edition.because.split()),
    )


def difference_answer(
    difference: Difference, here: EditionLaw, there: EditionLaw, day: date
) -> DifferenceAnswer:
    """One difference, with where each edition has it from."""
    what, kind = difference.what, difference.kind
    answer = DifferenceAnswer(
        what.id,
        what.title,
        "calendar" if isinstance(what, Calendar) else "provision",
        kind,
        None if kind == "only there" else _written(here.source_on(what, day)),
        None if kind == "only here" else _written(there.source_on(what, day)),
        f"/v1/provisions/{what.id}",
    )
    if difference.parameter is not None:
        answer.parameter, answer.unit = difference.parameter.name, difference.parameter.unit
        for written, dated in ((answer.here, difference.here), (answer.there, difference.there)):
            if written is not None:
                _set_value(written, dated)
    return answer


def _written(source: Source) -> WrittenAnswer:
    return WrittenAnswer(citation_answer(source.citation), source.evidence)


def _set_value(written: WrittenAnswer, dated: DatedValue | None) -> None:
    """Give the value, with its own citation and evidence where it has any."""
    written.value = None if dated is None else as_json(dated.value)
    if dated is not None and dated.citation is not None:
        written.citation = citation_answer(dated.citation)
    if dated is not None and dated.evidence is not None:
        written.evidence = dated.evidence
