"""What stands against a request, in words for a page: a problem document names members of a body,
a page names its fields.
"""

from app.api.http.answered.responses import Problem, Wrong
from app.api.http.service import current_service


def labelled(wrong: Wrong) -> str:
    """A complaint of no field on the page, after the question of its fact where it has one."""
    vocabulary = current_service().lawbook.vocabulary
    if wrong.fact is None or wrong.fact not in vocabulary:
        return wrong.detail
    return f"“{vocabulary[wrong.fact].label}” {wrong.detail}"


def in_words(problem: Problem) -> str:
    """Each complaint of a problem, or what it says where it has none."""
    return " ".join(dict.fromkeys(map(labelled, problem.errors))) or problem.detail
