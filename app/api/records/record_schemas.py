"""What answers about kept records look like, as JSON Schemas for the OpenAPI document."""

from app.api.determinations.answer_schemas import (
    DAY,
    INSTANT,
    OPEN_OBJECT,
    OUTCOME,
    TEXT,
    TEXT_OR_NONE,
    Schema,
    many,
    record,
    told,
)
from app.records.holds import HOLDABLE

HOLD = record(
    {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"type": "string", "enum": list(HOLDABLE)},
        "object_id": told(TEXT, "The determination's id, or the subject reference."),
        "because": TEXT,
        "placed_by": TEXT,
        "placed_at": INSTANT,
        "organization": told(TEXT_OR_NONE, "Who placed it."),
        "lifted_by": TEXT_OR_NONE,
        "lifted_at": {"type": ["string", "null"], "format": "date-time"},
        "version": {"type": "integer"},
    }
)

DAMAGED = told(
    many(TEXT),
    "The ids of those of this page that cannot be read any more; left out where there are none.",
)
EVENTS = (
    "determination.made",
    "waiver.decided",
    "law.changed",
    "determination.damaged",
    "law.damaged",
    "record.damaged",
)

RECORD_COMPONENTS: dict[str, Schema] = {
    "FoundDeterminations": record(
        {
            "determinations": many(
                record(
                    {
                        "id": {"type": "string", "format": "uuid"},
                        "decided_at": INSTANT,
                        "question": TEXT,
                        "as_of": DAY,
                        "edition": TEXT,
                        "outcome": OUTCOME,
                        "subject": TEXT_OR_NONE,
                        "author": told(TEXT, "Who asked, as records name them."),
                        "organization": TEXT_OR_NONE,
                        "law_digest": TEXT,
                        "replaces": told(
                            TEXT_OR_NONE, "The determination whose place this one took."
                        ),
                        "replaced_by": told(
                            TEXT_OR_NONE, "The determination that took this one's place."
                        ),
                        "href": TEXT,
                    }
                )
            ),
            "damaged": DAMAGED,
            "next_cursor": told(
                TEXT, "Send it with the same search for the next page; left out on the last one."
            ),
        },
        ["damaged", "next_cursor"],
    ),
    "AuditEntries": record(
        {
            "entries": many(
                record(
                    {
                        "id": {"type": "string", "format": "uuid"},
                        "at": INSTANT,
                        "actor": TEXT,
                        "action": TEXT,
                        "kind": TEXT,
                        "object_id": TEXT_OR_NONE,
                        "outcome": TEXT,
                        "address": TEXT_OR_NONE,
                        "request_id": TEXT_OR_NONE,
                    }
                )
            ),
            "damaged": DAMAGED,
            "next_cursor": TEXT,
        },
        ["damaged", "next_cursor"],
    ),
    "CloudEvents": many(
        record(
            {
                "specversion": {"const": "1.0"},
                "id": told(TEXT, "The place in the order of events."),
                "source": TEXT,
                "type": {"type": "string", "enum": list(EVENTS)},
                "subject": told(TEXT, "The id of the determination, or the digest of the law."),
                "time": told(INSTANT, "Left out of what cannot be read any more."),
                "datacontenttype": TEXT,
                "data": told(
                    OPEN_OBJECT,
                    "What happened; of what cannot be read any more only its id, of a law its "
                    "digest.",
                ),
            },
            ["time"],
            description="An event in the CloudEvents format, version 1.0.",
        )
    ),
    "Hold": HOLD,
    "Holds": record({"holds": many(HOLD)}),
}
