"""Every type of problem: its name is its address, its explanation the page that stands there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One thing that can go wrong.

    The first line of *explains* also serves as detail where nothing more is known.
    """

    name: str
    status: int
    title: str
    explains: str

    @property
    def path(self) -> str:
        """Where its page stands, which is also its type."""
        return f"/problems/{self.name}"


_ALL = (
    ProblemType(
        "malformed-json",
        400,
        "The body cannot be read as JSON",
        "Send one JSON text in UTF-8.\n"
        "Refused are texts that are not JSON, a name that stands twice in one object, nesting "
        "beyond 32 levels, whole numbers of "
        "more than 19 digits, numbers with huge exponents, NaN and Infinity, NUL characters and "
        "halves of surrogate pairs.",
    ),
    ProblemType(
        "incomplete-body",
        400,
        "The body did not come whole",
        "Send the request again.\nThe connection ended before the body did, or its chunks were "
        "malformed. Nothing was kept.",
    ),
    ProblemType(
        "bad-request",
        400,
        "The request cannot be understood",
        "The request is not proper HTTP. Check how it is put together.",
    ),
    ProblemType(
        "idempotency-key-required",
        400,
        "An Idempotency-Key is needed",
        "Send the header Idempotency-Key with a value of your own, a new one for each new "
        "request.\n"
        "Machines must send it with everything that creates something, so that a request whose "
        "answer was lost can be sent again "
        "without creating anything twice.",
    ),
    ProblemType(
        "idempotency-key-malformed",
        400,
        "The Idempotency-Key cannot be read",
        "Send the header once, with 1 to 255 visible ASCII characters other than commas, such as "
        "a UUID.",
    ),
    ProblemType(
        "unauthenticated",
        401,
        "It is not known who asks",
        "Send a key or an access token: Authorization: Bearer …\n"
        "An administrator makes keys with `flask keys create` or POST /v1/credentials. Systems "
        "with client credentials get access "
        "tokens from POST /oauth/token. A key that is not taken is mistyped, has expired or was "
        "revoked.",
    ),
    ProblemType(
        "forbidden",
        403,
        "You may not do that",
        "Your role, your key or your access token does not have the permission that this needs.\n"
        "`permission` names it. A client that limited its own access token may ask for one with "
        "that scope.",
    ),
    ProblemType(
        "not-found",
        404,
        "There is nothing at this address",
        "Nothing stands at this address. /docs lists every address.",
    ),
    ProblemType(
        "unknown-determination",
        404,
        "No such determination was kept",
        "No determination was kept under this id.\n"
        "An id is the UUID that came with the determination. What was asked for with keep=false "
        "is not kept.",
    ),
    ProblemType(
        "unknown-applicant",
        404,
        "There is no such applicant",
        "POST /v1/applicants/search finds applicants of your own organization by name.",
    ),
    ProblemType(
        "subject-taken",
        409,
        "There is an applicant under that subject reference already",
        "Send another reference, or none, and one is made.\nA reference stands for one person "
        "only, whoever chose it.",
    ),
    ProblemType(
        "applicant-unreadable",
        500,
        "The name or the birth date cannot be decrypted",
        "Tell the operator the request_id.\n"
        "The log names the row. Its key is missing from the data keys, or it was changed in the "
        "database, "
        "which `flask records verify` would tell.",
    ),
    ProblemType(
        "unknown-hold", 404, "There is no such hold", "GET /v1/holds lists the legal holds."
    ),
    ProblemType(
        "unknown-question",
        404,
        "There is no such question",
        "GET /v1/questions lists what can be asked.",
    ),
    ProblemType(
        "unknown-provision",
        404,
        "There is no such provision",
        "GET /v1/provisions lists the provisions of an edition.",
    ),
    ProblemType(
        "unknown-account", 404, "There is no such account", "GET /v1/accounts lists the accounts."
    ),
    ProblemType(
        "name-taken",
        409,
        "There is an account of that name already",
        "Choose another sign-in name.\nThe case of letters does not count. A person of the "
        "identity provider has one account.",
    ),
    ProblemType(
        "too-many-at-once",
        503,
        "Too many passwords are worked on at this moment",
        "Try again after the seconds that Retry-After names.\nHashing a password takes much "
        "memory on purpose, so few are at once.",
    ),
    ProblemType(
        "unknown-credential",
        404,
        "There is no such key or client",
        "GET /v1/credentials lists the keys and clients.",
    ),
    ProblemType(
        "method-not-allowed",
        405,
        "This address does not take that method",
        "Use a method that the Allow header of the answer names.",
    ),
    ProblemType(
        "law-not-kept",
        409,
        "The text of that law was not kept",
        "This determination cannot be decided again here.\n"
        "The text of the law is kept with the first determination made under it. Of "
        "determinations made before that was so it is "
        "missing, until somebody puts it back from a copy of the rulesets with the same digest.",
    ),
    ProblemType(
        "not-sealed",
        409,
        "The record is not sealed yet",
        "Ask again after the seconds that Retry-After names.\n"
        "Records are sealed in batches; a packet holds the proof that the record belongs to one.",
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
        "A request with this key is being worked on",
        "Send it again after the seconds that Retry-After names.\n"
        "Then it is answered as the one that is being worked on will have been.",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "It has been changed since you read it",
        "Read it again, and decide anew.\nIf-Match named another version than the present one. "
        "Nothing was changed.",
    ),
    ProblemType(
        "body-too-large",
        413,
        "The body is too large",
        "Send less at once.\n"
        "Many determinations are asked for as JSON Lines through POST /v1/determinations/batch, "
        "in several requests if need be.",
    ),
    ProblemType(
        "address-too-long",
        414,
        "The address is too long",
        "Leave out query parameters that are not needed.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "The body is not of a type that is read here",
        "Send application/json; for a batch application/jsonl or application/x-ndjson. Only the "
        "charset utf-8 is read.",
    ),
    ProblemType(
        "invalid-request",
        422,
        "The request does not say what it should",
        "Each member of `errors` points at what is wrong and says what to send instead.",
    ),
    ProblemType(
        "facts-refused",
        422,
        "Some facts cannot be taken",
        "Each member of `errors` points at a fact and says what to send instead.\n"
        "Facts that the question does not know, that stand twice, or that are not of their type "
        "are refused; GET "
        "/v1/questions/{id} lists the facts of a question with their types. What is not known is "
        "left out: then "
        "the answer says what is still needed.",
    ),
    ProblemType(
        "as-of-differs",
        422,
        "Another day's law governs",
        "Leave as_of out, or send the governing day.\n"
        "Some questions are decided under the law of the day of a fact, such as the day of a "
        "request. An as_of that names "
        "another day is refused.",
    ),
    ProblemType(
        "law-not-encoded",
        422,
        "The law of that day is not encoded",
        "Ask as of a day for which the law was read; `encoded` lists them.\nA day that nobody "
        "encoded is never answered with a no.",
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "This key came with another request before",
        "Send a new key for a new request.\n"
        "A key stands for one request: the same address, query and body. What was answered to it "
        "stays known for at least a day.",
    ),
    ProblemType(
        "unknown-edition",
        422,
        "There is no such edition of the law",
        "Name one of the editions in `known`, or none.",
    ),
    ProblemType(
        "not-reconsidered",
        422,
        "The law as encoded today does not take this case",
        "`because` names what is in the way; where facts are, `refused` lists them.\n"
        "The same facts are decided as of the same day in the same edition. A question, an "
        "edition, a fact or a day that the law "
        "encoded today does not know any more stands in the way of that.",
    ),
    ProblemType(
        "no-calendar",
        422,
        "There is no eligibility calendar for this question",
        "Ask for a question that is decided under the law of the day of a fact, in a year that "
        "the service can speak of.",
    ),
    ProblemType(
        "line-too-long",
        413,
        "A line of the batch is too long",
        "Send one request per line, each no longer than a body may be.",
    ),
    ProblemType(
        "too-many-lines",
        413,
        "The batch has too many lines",
        "Send the rest in another batch. Lines before this one have been answered.",
    ),
    ProblemType(
        "precondition-required",
        428,
        "Say which version you want to change",
        "Read it first, and send its ETag as If-Match.\nSo nobody undoes what somebody else has "
        "changed in the meantime.",
    ),
    ProblemType(
        "too-many-requests",
        429,
        "You ask more often than is allowed",
        "Nothing was done. Try again after the seconds that Retry-After names.\n"
        "So many requests a minute are allowed from one address, and to one credential. Each line "
        "of a batch counts for one.",
    ),
    ProblemType(
        "headers-too-large", 431, "The headers are too large", "Send fewer and shorter headers."
    ),
    ProblemType(
        "engine-fault",
        500,
        "The engine could not be trusted with this case",
        "Nothing was decided and nothing was kept.\n"
        "Every answer is found twice, by the rules engine and by a plain evaluator of the same "
        "provisions. Where the two "
        "disagree, or the engine fails, nothing is issued. Tell the operator the request_id.",
    ),
    ProblemType(
        "replay-differs",
        500,
        "Decided again, the same case comes out otherwise",
        "Tell the operator the request_id. `differs_at` names the first member that differs.\n"
        "The same request under the same law must give the same document, to the byte where the "
        "same version of the program decides, in meaning where another does. Where it does not, "
        "the record, the text of the law or the program was changed. The record stays as it is.",
    ),
    ProblemType(
        "record-damaged",
        500,
        "The record is not as it was kept",
        "Tell the operator the request_id. `kind` and `id` name the record.\n"
        "It cannot be read any more, or it is not what its digest was made of: somebody changed "
        "it, or the disk did. What it says "
        "now is not told, since somebody's coverage may hang on it. `flask records verify` says "
        "what else is not as it was kept; a "
        "backup holds it as it was.",
    ),
    ProblemType(
        "internal-error",
        500,
        "Something went wrong on our side",
        "Nothing was kept. Tell the operator the request_id.",
    ),
    ProblemType(
        "records-unavailable",
        503,
        "Determinations cannot be kept or read at the moment",
        "Nothing was kept. Try again after the seconds that Retry-After names.",
    ),
    ProblemType(
        "records-full",
        507,
        "There is no room for more records",
        "Nothing was kept. Try again after the seconds that Retry-After names.\n"
        "The operator must make room where the records are. Until then nothing is read whose "
        "reading is noted in the audit trail.",
    ),
    ProblemType(
        "draining",
        503,
        "The service is about to stop",
        "Send requests to another instance.\n"
        "What was sent before is still answered. Only /readyz says so, for whoever distributes "
        "requests.",
    ),
    ProblemType(
        "overloaded",
        503,
        "More is asked than can be answered at the moment",
        "Nothing was done. Try again after the seconds that Retry-After names.\n"
        "What is beyond the service at a time is turned away at once, so that the others are "
        "answered as fast as ever.",
    ),
    ProblemType(
        "no-answer-in-time",
        504,
        "The answer took too long",
        "Ask again. Whether something was kept is not known; a request with an Idempotency-Key "
        "can be repeated safely.",
    ),
    ProblemType("not-ready", 503, "The service is not ready", "`checks` says what is missing."),
)

PROBLEM_TYPES: dict[str, ProblemType] = {type.name: type for type in _ALL}

BY_STATUS: dict[int, str] = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "timed-out",
    412: "precondition-failed",
    413: "body-too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    422: "invalid-request",
    428: "precondition-required",
    429: "too-many-requests",
    431: "headers-too-large",
    500: "internal-error",
    503: "not-ready",
}
"""The type of an error that the framework raises by number."""
