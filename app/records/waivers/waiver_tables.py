"""The tables of the waiver desk.

`waiver_steps` is what happened: append-only and sealed. `waiver_requests` is what the steps come
to, so that a queue can be read at once; it can be counted again from the steps at any time.
"""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from app.records.tables import Digest, Id, Instant, metadata

waiver_requests = Table(
    "waiver_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("organization", String(100)),
    Column("carrier", String(100)),
    Column("denial", Id),
    Column("denial_subject", String(100)),
    Column("denial_organization", String(100)),
    Column("state", String(30), nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered_by", String(100), nullable=False),
    Column("claimed_by", String(100)),
    Column("received_on", Date, nullable=False),
    Column("complete_on", Date),
    Column("decide_by", Date),
    Column("remind_on", Date),
    Column("approval_received_on", Date),
    Column("tell_carrier_by", Date),
    Column("changed_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    Index(None, "state", "decide_by"),
    Index(None, "subject", "organization"),
    Index(None, "denial_subject", "denial_organization"),
    Index(None, "denial"),
    Index(None, "organization", "id"),
    info={"kind": "waiver request"},
)
"""A request as it stands. *organization* and *subject* are the pair it was entered under,
*denial_subject* and *denial_organization* that of the determination it names. *version* counts the
steps. *entered_by* and *claimed_by* are actors.
"""

waiver_steps = Table(
    "waiver_steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", String(30), nullable=False),
    Column("state", String(30), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("organization", String(100)),
    Column("content", Text, nullable=False),
    Column("record_digest", Digest, nullable=False),
    UniqueConstraint("request", "number"),
    Index(None, "step", "at"),
)
"""One step of a request: *state* is the one after it, *content* a JSON object of codes, days, ids
and digests. What people wrote stands in `personal_texts`; the step holds its commitment.
"""

waiver_papers = Table(
    "waiver_papers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request", Id, ForeignKey("waiver_requests.id"), nullable=False, index=True),
    Column("media_type", String(40), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("content", Text, nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("record_digest", Digest, nullable=False),
    info={"kind": "waiver paper"},
)
"""The files of papers, encrypted. *digest* is the SHA-256 of the file, as its step holds it too."""
