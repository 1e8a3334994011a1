"""Storing an answer in place of an earlier one, as `redetermine` does."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import flash, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.determinations.replay import REPLACES, ROUTE, replaced
from app.api.determinations.stored import id_of, kept_own
from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service
from app.console.answers.cases import AnsweredCase

STORED_INSTEAD = "The answer is stored. It takes the place of the earlier one."
REPLACED_MEANWHILE = "Another answer took the place of this one meanwhile. Read it first."
STANDS_NO_MORE = {"precondition-failed": REPLACED_MEANWHILE}


def correct(case: AnsweredCase, given: Mapping[str, Any]) -> AnyResponse:
    """Store a stored answer's question with the members that are *given*, in place of that answer,
    and go on to what was stored. A second click gives the same record.

    Raises:
        Problem: see `replaced`.
        EngineFault, RecordsUnavailable: nothing was stored.
    """
    id = UUID(str(case.document["id"]))
    said = hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()
    with once_under(current_service(), ROUTE, f"page-{id}-{said}", b"") as attempt:
        if attempt.earlier is not None:
            return redirect(url_for("pages.stored_answer", id=attempt.earlier.determination), 303)
        stored = replaced(attempt, kept_own(id, REPLACES), given)
    flash(STORED_INSTEAD)
    return redirect(url_for("pages.stored_answer", id=id_of(stored)), 303)


def in_the_way(problem: Problem) -> str:
    """What stands against a correction, in words for the page.

    Raises:
        Problem: the same one, where no page can say it better.
    """
    if problem.type.status >= 500 or problem.type.status == 404:
        raise problem
    return STANDS_NO_MORE.get(problem.type.name, problem.detail)
