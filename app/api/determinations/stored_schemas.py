"""What answers about kept determinations look like, as JSON Schemas for the OpenAPI document."""

from app.api.determinations.answer_schemas import (
    CONCLUDES,
    DAY,
    FLAG,
    ID,
    INSTANT,
    LAW,
    OUTCOME,
    STATUS,
    TEXT,
    TEXT_OR_NONE,
    Schema,
    by_name,
    many,
    record,
    ref,
    told,
)
from app.records.ledger.packet_format import FORMAT

_WEIGHED = record(
    {
        "status": STATUS,
        "decisive": FLAG,
        "concludes": CONCLUDES,
        "leads": FLAG,
        "findings": many(record({"condition": TEXT, "status": TEXT, "says": TEXT})),
    },
    ["concludes", "leads"],
)
_WEIGHED_OR_NONE: Schema = {"anyOf": [_WEIGHED, {"type": "null"}]}

KEPT_COMPONENTS: dict[str, Schema] = {
    "KeptDetermination": {
        "allOf": [
            ref("Determination"),
            record(
                {"replaced_by": told(ID, "The determination that took the place of this one.")},
                ["replaced_by"],
            ),
        ],
        "description": "A determination as it was issued, and what became of it.",
    },
    "Chain": record(
        {
            "chain": many(ref("ChainLink")),
            "stands": told(ID, "The last one, which nothing replaced."),
            "damaged": told(
                many(ID),
                "Those that are not as they were kept; of them nothing but the id is told.",
            ),
        },
        ["damaged"],
    ),
    "ChainLink": record(
        {
            "id": ID,
            "decided_at": INSTANT,
            "replaces": {"type": ["string", "null"], "format": "uuid"},
            "as_of": DAY,
            "edition": TEXT,
            "outcome": OUTCOME,
            "says": TEXT,
            "law": LAW,
            "href": TEXT,
        },
        ["decided_at", "replaces", "as_of", "edition", "outcome", "says", "law"],
        description="A member of a chain. Of one that is not as it was kept only `id` and `href` "
        "are told.",
    ),
    "Replay": record({"id": ID, "agrees": {"const": True}, "law": LAW}),
    "Reconsideration": record(
        {
            "id": ID,
            "question": TEXT,
            "as_of": DAY,
            "edition": TEXT,
            "same_outcome": FLAG,
            "then": record(
                {
                    "decided_at": INSTANT,
                    "outcome": OUTCOME,
                    "says": TEXT,
                    "concludes": CONCLUDES,
                    "cautions": many(TEXT),
                    "law": LAW,
                }
            ),
            "now": record(
                {
                    "outcome": OUTCOME,
                    "says": TEXT,
                    "concludes": CONCLUDES,
                    "cautions": many(TEXT),
                    "needs": many(ref("Need")),
                    "reasons": many(ref("Reason")),
                    "law": LAW,
                }
            ),
            "provisions": told(
                many(ref("ProvisionCompared")), "The provisions that make the difference."
            ),
            "law_files": told(
                {
                    "anyOf": [
                        record({"changed": many(TEXT), "added": many(TEXT), "removed": many(TEXT)}),
                        {"type": "null"},
                    ]
                },
                "The files in which the two texts of the law differ; null where the text of then "
                "was not kept.",
            ),
        },
        description="What was said, and what the law as encoded today says of the same case as of "
        "the same day.",
    ),
    "ProvisionCompared": record(
        {
            "id": TEXT,
            "title": TEXT,
            "question": told(TEXT, "The question it answers: the one asked, or one that it uses."),
            "told": told(
                {"type": "string", "enum": ["both", "then", "now"]},
                "In which of the two determinations it stands.",
            ),
            "text_changed": told(
                {"type": ["boolean", "null"]},
                "Whether its file is another; null where the text was not kept.",
            ),
            "then": _WEIGHED_OR_NONE,
            "now": _WEIGHED_OR_NONE,
        }
    ),
    "Packet": record(
        {
            "format": {"const": FORMAT},
            "how_to_check": TEXT,
            "record": record(
                {
                    "kind": {"const": "determination"},
                    "columns": told(
                        by_name(TEXT_OR_NONE),
                        "Everything that the record's digest covers, as text.",
                    ),
                    "digest": TEXT,
                }
            ),
            "law": record(
                {"digest": TEXT, "texts": told(by_name(TEXT), "The law's files by name.")}
            ),
            "inclusion": record(
                {
                    "sequence": told(
                        {"type": "integer"}, "The record's number in the order of sealing."
                    ),
                    "path": many(
                        record(
                            {"side": {"type": "string", "enum": ["left", "right"]}, "hash": TEXT}
                        )
                    ),
                }
            ),
            "seal": record(
                {
                    "number": {"type": "integer"},
                    "first": {"type": "integer"},
                    "count": {"type": "integer"},
                    "sealed_at": INSTANT,
                    "root": TEXT,
                    "previous": TEXT,
                    "chain": TEXT,
                }
            ),
        },
        description="Everything about one determination, to be checked without this service.",
    ),
}
