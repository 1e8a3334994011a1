"""The problem types of the waiver desk."""

from app.api.http.answered.problem_type import ProblemType

DESK_PROBLEMS = (
    ProblemType(
        "unknown-waiver-request",
        404,
        "Unknown waiver request",
        "No waiver request that you may see has this id.\n"
        "GET /v1/waiver-requests lists those that you may see.",
    ),
    ProblemType(
        "unknown-paper",
        404,
        "Unknown paper",
        "This waiver request has no file with this id.\n"
        "A paper may have no file: the request then has its kind and day alone.",
    ),
    ProblemType(
        "step-not-possible",
        409,
        "The step is not possible now",
        "`possible` lists the steps that lead from the present state.\n"
        "Read the waiver request again. Somebody may have decided or withdrawn it.",
    ),
    ProblemType(
        "step-not-yours",
        403,
        "The step is for somebody else",
        "The detail says who takes this step.\n"
        "Only the reviewer who claimed a request decides it. If you entered a request, somebody "
        "else decides it.",
    ),
    ProblemType(
        "paper-unreadable",
        500,
        "The service cannot decrypt this text or file",
        "Tell the people who run the service, with the request id.\n"
        "Its key is missing from the data keys, or it was changed in the database.",
    ),
    ProblemType(
        "advice-not-followed",
        409,
        "The advice does not allow this step",
        "The detail says which outcome the step needs.\n"
        "A request is returned without a review only where the law leaves that to the Office. No "
        "waiver is needed only where the law opens another way to enroll.",
    ),
    ProblemType(
        "denial-notice-missing",
        409,
        "The denial notice is missing",
        "A waiver is granted only if the denial is known.\n"
        "Add the denial notice as a paper with the step add-paper.",
    ),
    ProblemType(
        "papers-missing",
        409,
        "Papers of the request are missing",
        "A waiver is granted or denied only if the request is complete.\n"
        "Record the papers with the step add-paper, or release the request and ask for them with "
        "the step ask-for-missing.",
    ),
    ProblemType(
        "preview-differs",
        409,
        "The decision is not the one that was previewed",
        "Preview the decision again, and send the new digest.\n"
        "The digest holds for one version of the request, one rationale and one letter.",
    ),
    ProblemType(
        "correction-proposed",
        409,
        "A correction is proposed already",
        "Read it under /v1/approvals.\n"
        "Somebody else approves or refuses it within seven days, who did not take the decision.",
    ),
)
