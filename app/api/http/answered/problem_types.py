"""All problem types. The name is part of the address, the explanation is the page there."""

from app.api.http.answered.administering_problems import ADMINISTERING
from app.api.http.answered.desk_problems import DESK_PROBLEMS
from app.api.http.answered.letter_problems import LETTER_PROBLEMS
from app.api.http.answered.people_problem_types import PEOPLE_TYPES
from app.api.http.answered.problem_type import ProblemType as ProblemType
from app.api.http.answered.problems_about_people import ABOUT_PEOPLE

_ALL = (
    ProblemType(
        "malformed-json",
        400,
        "The body is not valid JSON",
        "Send one JSON text in UTF-8.\n"
        "The service rejects texts that are not JSON. It also rejects the same name twice in one "
        "object, and more than 32 levels of nesting. Whole numbers may have 19 digits. NaN, "
        "Infinity and huge exponents are errors. In texts, NUL characters and unpaired "
        "surrogates are errors.",
    ),
    ProblemType(
        "incomplete-body",
        400,
        "The body is incomplete",
        "Send the request again.\n"
        "The connection ended before the body did, or a chunk was malformed. The service stored "
        "nothing.",
    ),
    ProblemType(
        "bad-request",
        400,
        "Malformed HTTP request",
        "The request is not valid HTTP. Check its syntax.",
    ),
    ProblemType(
        "idempotency-key-required",
        400,
        "Idempotency-Key required",
        "Send the header Idempotency-Key with a value of your own, a new one for each new "
        "request.\n"
        "Machine clients must send it with every request that creates something. If the response "
        "is lost, a retry with the same key creates nothing twice.",
    ),
    ProblemType(
        "idempotency-key-malformed",
        400,
        "Malformed Idempotency-Key",
        "Send the header once, with 1 to 255 visible ASCII characters and no comma. A UUID is "
        "fine.",
    ),
    ProblemType(
        "unauthenticated",
        401,
        "Authentication required",
        "Send a key or an access token: Authorization: Bearer …\n"
        "An administrator can create a key with `flask keys create` or over HTTP with POST "
        "/v1/credentials. Machine clients get access tokens from POST /oauth/token. The service "
        "rejects a key that is mistyped, expired or revoked.",
    ),
    ProblemType(
        "forbidden",
        403,
        "Permission denied",
        "Your role, your key or your access token lacks the permission that this request needs.\n"
        "`permission` names it. A client that limited its own access token can request one with "
        "that scope.",
    ),
    ProblemType(
        "not-found",
        404,
        "Address not found",
        "This address does not exist. /docs lists every address.",
    ),
    ProblemType(
        "not-in-log",
        404,
        "Not in the transparency log",
        "`flask records seal --follow` signs the log. Its head at /v1/log/checkpoint says how many "
        "records it has, and so which tiles.",
    ),
    ProblemType(
        "unknown-determination",
        404,
        "Unknown determination",
        "No stored determination has this id.\n"
        "Use the UUID from the response that created it. With keep=false the service stores "
        "nothing.",
    ),
    ProblemType(
        "unknown-applicant",
        404,
        "Unknown applicant",
        "POST /v1/applicants/search finds applicants of your own organization by name.",
    ),
    ProblemType(
        "subject-taken",
        409,
        "Subject reference already in use",
        "Send another reference, or leave it out and the service creates one.\n"
        "Each reference belongs to one person in all of the service.",
    ),
    ProblemType(
        "applicant-unreadable",
        500,
        "Applicant data cannot be decrypted",
        "Send the request_id to the operator.\n"
        "The log names the row. Either its key is missing from the data keys, or the row was "
        "changed in the database. `flask records verify` reports such a change.",
    ),
    ProblemType(
        "unknown-note", 404, "Unknown note", "GET /v1/notes lists the notes about a record."
    ),
    ProblemType(
        "unknown-feedback", 404, "Unknown feedback", "GET /v1/feedback lists the feedback."
    ),
    ProblemType(
        "unknown-reminder", 404, "Unknown reminder", "GET /v1/reminders lists your reminders."
    ),
    ProblemType(
        "too-many-reminders",
        409,
        "Too many reminders",
        "Delete reminders that you no longer need, then send this again.",
    ),
    ProblemType("unknown-hold", 404, "Unknown legal hold", "GET /v1/holds lists the legal holds."),
    ProblemType(
        "unknown-question",
        404,
        "Unknown question",
        "GET /v1/questions lists the questions.",
    ),
    ProblemType(
        "unknown-provision",
        404,
        "Unknown provision",
        "GET /v1/provisions lists the provisions of an edition.",
    ),
    *PEOPLE_TYPES,
    ProblemType(
        "too-many-at-once",
        503,
        "Too many sign-ins at once",
        "Try again after the seconds in Retry-After.\n"
        "Hashing a password needs much memory, so only a few can run at once.",
    ),
    ProblemType(
        "unknown-credential",
        404,
        "Unknown key or client",
        "GET /v1/credentials lists the keys and clients.",
    ),
    ProblemType("unknown-program", 404, "Unknown program", "GET /v1/programs lists the programs."),
    ProblemType(
        "method-not-allowed",
        405,
        "Method not allowed",
        "Use a method that the Allow header of the response lists.",
    ),
    ProblemType(
        "law-not-kept",
        409,
        "The text of the law is missing",
        "The service needs this text to replay the case or to build a packet.\n"
        "The service stores the text of the law with the first determination under it. Early "
        "versions stored no text. An operator can restore the text from a copy of the rulesets "
        "with the same digest.",
    ),
    ProblemType(
        "not-sealed",
        409,
        "The record is not sealed yet",
        "Try again after the seconds in Retry-After.\n"
        "The service seals records in batches. A packet contains the proof that its record "
        "belongs to a sealed batch.",
    ),
    ProblemType(
        "timed-out",
        408,
        "The request took too long to arrive",
        "Send the whole request without pausing.",
    ),
    ProblemType(
        "request-in-flight",
        409,
        "A request with this key is in progress",
        "Retry after the seconds in Retry-After.\n"
        "The retry then gets the same response as the first request.",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "Changed since you read it",
        "Read it again, then decide whether your change still applies.\n"
        "If-Match does not match the current version. The service changed nothing.",
    ),
    ProblemType(
        "body-too-large",
        413,
        "The body is too large",
        "Send less at once.\n"
        "To decide many cases, send JSON Lines to POST /v1/determinations/batch, split over "
        "several requests if needed.",
    ),
    ProblemType(
        "address-too-long",
        414,
        "The address is too long",
        "Leave out query parameters that you do not need.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "Unsupported media type",
        "Send application/json; for a batch application/jsonl or application/x-ndjson. The only "
        "charset is utf-8.",
    ),
    ProblemType(
        "invalid-request",
        422,
        "Invalid request",
        "Each member of `errors` points at an error and says what to send instead.",
    ),
    ProblemType(
        "facts-refused",
        422,
        "Some facts are invalid",
        "Each member of `errors` points at a fact and says what to send instead.\n"
        "The service rejects unknown facts, duplicates and values of the wrong type. GET "
        "/v1/questions/{id} lists the facts of a question with their types. Leave out what you "
        "do not know: `needs` in the answer lists the missing facts that matter.",
    ),
    ProblemType(
        "facts-contradict",
        422,
        "Some facts cannot be so together",
        "Each member of `errors` points at a fact and names the answer that it contradicts, "
        "such as a birth after the day of coverage.\n"
        "Check both answers, then send the request again.",
    ),
    ProblemType(
        "as-of-differs",
        422,
        "`as_of` conflicts with the governing date",
        "Leave as_of out, or send the governing date.\n"
        "For some questions a fact names the governing date, such as the day of a request. The "
        "service rejects any other as_of.",
    ),
    ProblemType(
        "law-not-encoded",
        422,
        "The law of that day is not encoded",
        "Send a day whose law is encoded; `encoded` lists them.\n"
        "For any other day the service gives no answer.",
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "Idempotency-Key already used for another request",
        "Send a new key for a new request.\n"
        "A key belongs to one request: the same address, query and body. The service stores the "
        "response for at least a day.",
    ),
    ProblemType(
        "unknown-edition",
        422,
        "Unknown edition of the law",
        "Name one of the editions in `known`, or leave the edition out.",
    ),
    ProblemType(
        "not-reconsidered",
        422,
        "Today's law cannot decide this case",
        "`because` names the cause. If facts are the cause, `refused` lists them.\n"
        "The service decides the same facts as of the same day in the same edition. It cannot if "
        "a question, edition, fact or day has left the encoded law.",
    ),
    ProblemType(
        "not-comparable",
        422,
        "The determinations answer different questions",
        "Search with `question`, and name two that the search finds.",
    ),
    ProblemType(
        "no-calendar",
        422,
        "No calendar for this question",
        "Choose a question that is governed by the day of a fact, and a year that the service "
        "covers.",
    ),
    ProblemType(
        "line-too-long",
        413,
        "A line of the batch is too long",
        "Send one request per line, each within the limit for a body.",
    ),
    ProblemType(
        "too-many-lines",
        413,
        "The batch has too many lines",
        "Send the rest in another batch. The lines before this one have their results.",
    ),
    ProblemType(
        "precondition-required",
        428,
        "If-Match required",
        "Read it first, and send its ETag as If-Match.\n"
        "This prevents you from overwriting a change that you have not seen.",
    ),
    ProblemType(
        "too-many-requests",
        429,
        "Too many requests",
        "The service did nothing. Try again after the seconds in Retry-After.\n"
        "Each address and each credential has a limit per minute, and each credential one of "
        "requests and batches at a time. Each line of a batch counts as one request.",
    ),
    ProblemType(
        "headers-too-large", 431, "The headers are too large", "Send fewer and shorter headers."
    ),
    ProblemType(
        "engine-fault",
        500,
        "The engine failed on this case",
        "The service decided and stored nothing.\n"
        "Two programs decide every case: the rules engine, and the law compiled to plain Python. "
        "If they differ, or one fails, the service issues nothing. Send the request_id to the "
        "operator.",
    ),
    ProblemType(
        "replay-differs",
        500,
        "Replay produced a different result",
        "Send the request_id to the operator. `differs_at` names the first member that differs.\n"
        "Replay must produce the same result for the same request and law. It compares bytes for "
        "records of this version of the program, and meaning for others. If they differ, the "
        "record, the stored law or the program changed. The service leaves the record as it is.",
    ),
    ProblemType(
        "record-damaged",
        500,
        "The record is damaged",
        "Send the request_id to the operator. `kind` and `id` name the record.\n"
        "The service cannot read it, or it does not match its digest. Somebody changed it, or "
        "the disk failed. The service withholds its content, because people's coverage can "
        "depend on it. `flask records verify` lists all damaged records; a backup has the "
        "original.",
    ),
    ProblemType(
        "internal-error",
        500,
        "Internal error",
        "The service stored nothing. Send the request_id to the operator.",
    ),
    ProblemType(
        "records-unavailable",
        503,
        "The database is unavailable",
        "The service stored nothing. Try again after the seconds in Retry-After.",
    ),
    ProblemType(
        "records-full",
        507,
        "The database is full",
        "The service stored nothing. Try again after the seconds in Retry-After.\n"
        "The operator must free space for the database. Until then the service also rejects "
        "reads that need an audit entry.",
    ),
    ProblemType(
        "draining",
        503,
        "The service is shutting down",
        "Send requests to another instance.\n"
        "The service still answers the requests that it has. Only /readyz reports the shutdown, "
        "for load balancers.",
    ),
    ProblemType(
        "overloaded",
        503,
        "The service is overloaded",
        "The service did nothing. Try again after the seconds in Retry-After.\n"
        "It rejects what exceeds its capacity at once, so that other requests stay fast.",
    ),
    ProblemType(
        "no-answer-in-time",
        504,
        "The response took too long",
        "Try again. The service may have stored something; with an Idempotency-Key a retry is "
        "safe.",
    ),
    ProblemType("not-ready", 503, "The service is not ready", "`checks` lists what is missing."),
    *ADMINISTERING,
    *LETTER_PROBLEMS,
)

PROBLEM_TYPES: dict[str, ProblemType] = {
    type.name: type for type in (*_ALL, *DESK_PROBLEMS, *ABOUT_PEOPLE)
}
