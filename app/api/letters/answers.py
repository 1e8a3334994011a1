"""What answers about letters say."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.http.answered.answers import Damaged, NextCursor
from app.determinations.answer import Id, Instant
from app.instants import instant_text
from app.letters.letter import Addressee, Letter, Statement
from app.records.letters.letters import KeptLetter


class LetterHeadAnswer(Struct, kw_only=True):
    """A letter that was made, without what it says."""

    id: Id
    kind: Annotated[str, Meta(description="What it is about, such as `determination` or `waiver`.")]
    object_id: Annotated[str, Meta(description="The id of what it is about.")]
    subject: str | None
    organization: str | None
    template: Annotated[int, Meta(description="The version of the letters' own sentences.")]
    language: str
    large_print: bool
    digest: Annotated[str, Meta(description="SHA-256 of what it says, without the addressee.")]
    made_by: Annotated[str, Meta(description="The actor who made it.")]
    made_at: Instant
    sent_on: Annotated[date | None, Meta(description="The day on which somebody sent it.")]
    came_back_on: Annotated[date | None, Meta(description="The day on which it came back.")]
    version: int
    href: str


class LettersAnswer(Struct):
    """A page of letters, the newest first."""

    letters: list[LetterHeadAnswer]
    damaged: Damaged | UnsetType = UNSET
    next_cursor: NextCursor | UnsetType = UNSET


class LetterTextAnswer(Struct, kw_only=True):
    """What a letter says, and to whom."""

    addressee: Addressee
    letter: Letter
    statements: Annotated[
        list[Statement], Meta(description="That help with languages is free, in each language.")
    ]


class KeptLetterAnswer(LetterHeadAnswer, kw_only=True):
    """A letter that was made, with what it says and to whom."""

    addressee: Addressee
    letter: Letter
    statements: list[Statement]


def head_answer(kept: KeptLetter) -> LetterHeadAnswer:
    """A kept letter, without what it says."""
    return LetterHeadAnswer(
        id=kept.id,
        kind=kept.kind,
        object_id=kept.object_id,
        subject=kept.subject,
        organization=kept.organization,
        template=kept.template,
        language=kept.language,
        large_print=kept.large_print,
        digest=kept.content_digest,
        made_by=kept.made_by,
        made_at=instant_text(kept.made_at),
        sent_on=kept.sent_on,
        came_back_on=kept.came_back_on,
        version=kept.version,
        href=f"/v1/letters/{kept.id}",
    )
