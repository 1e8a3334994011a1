"""The tables of notes and objections, of feedback, and of reminders."""

from sqlalchemy import Column, Date, Index, Integer, String, Table

from app.records.tables import Digest, Id, Instant, metadata

notes = Table(
    "notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("about_kind", String(20), nullable=False),
    Column("about", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("organization", String(100)),
    Column("said_on", Date),
    Column("look_again_on", Date),
    Column("text", Id, nullable=False),
    Column("commitment", Digest, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "about_kind", "about"),
    Index(None, "kind", "look_again_on"),
)
"""What was noted about a determination, an applicant or a waiver request. *kind* is `note`, or
`objection` where the person disagrees: *said_on* is the day on which they said so, *look_again_on*
the day on which the office looks at it again; or `settlement`, which settles the objections before
it. *text* is the id of the personal text.
"""

feedback = Table(
    "feedback",
    metadata,
    Column("id", Id, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("page", String(200), nullable=False),
    Column("request_id", String(36)),
    Column("language", String(10), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("text", Id, nullable=False),
    Column("commitment", Digest, nullable=False),
    Column("state", String(20), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String(100)),
    Column("version", Integer, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "state", "id"),
    info={"kind": "feedback"},
)
"""What somebody found wrong or unclear on a page, and what has become of it."""

reminders = Table(
    "reminders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("actor", String(100), nullable=False),
    Column("determination", Id, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "actor", "due_on"),
    info={"kind": "reminder"},
)
"""On which day a person wants to see a determination again. Gone once they have done it."""
