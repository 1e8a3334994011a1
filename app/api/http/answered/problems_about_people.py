"""The problem types about people and about what stands for them."""

from app.api.http.answered.problem_type import ProblemType

ABOUT_PEOPLE = (
    ProblemType(
        "duplicate-applicant",
        409,
        "This person seems to be on record",
        "Use the reference of that record. If this is somebody else, send despite_duplicate: "
        "true.\n"
        "An applicant of your organization has the same name and birth date. Case, accents, "
        "apostrophes, hyphens and spaces do not matter, and former names count. `references` "
        "lists the subject references if you may see them.",
    ),
    ProblemType(
        "another-organization",
        403,
        "The record belongs to another organization",
        "Ask that organization to change it.\n"
        "A role that sees records of other organizations reads them. It replaces, voids and "
        "objects to none of them.",
    ),
    ProblemType(
        "already-void",
        409,
        "The determination is void",
        "Decide the question again; a void is final.\n"
        "`voided_by` and `voided_at` say who declared it void, and when. You can neither void it "
        "again nor redetermine it, nor make its letter, nor ask for a waiver with it.",
    ),
    ProblemType(
        "replaced-determination",
        409,
        "A newer determination took its place",
        "Void the determination that `replaced_by` names, if that is wrong too.\n"
        "What was replaced does not count any more.",
    ),
)
