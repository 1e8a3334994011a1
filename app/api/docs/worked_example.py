"""A request and its answer for the reference: short, and true under the law as it is encoded.

No day and no fact is written here. The request is the example of a question, without the facts that
its answer does not rest on.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from app import clock
from app.access.principal import ANYBODY
from app.api.determinations.deciding import Asked, determine
from app.api.http.answered.responses import Problem
from app.api.http.service import Service
from app.api.law.questions import example
from app.determinations.determination import Determination
from app.law.reading.names import nest, walk

QUESTION = "enrollment.permitted"


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A request body and the brief answer to it, both as JSON text; where the service is."""

    address: str
    request: str
    answer: str


def worked_example(service: Service) -> WorkedExample:
    """The shortest request that has the same outcome, for the same reasons, as the example of the
    question.
    """
    question = service.lawbook.questions[QUESTION]
    asked: dict[str, Any] = example(service, question)
    facts = {".".join(keys): value for keys, value in walk(asked["facts"])}
    wanted = _essence(_decided(service, asked, facts))
    for name in [name for name in facts if name != question.governed_by]:
        fewer = {other: value for other, value in facts.items() if other != name}
        try:
            if _essence(_decided(service, asked, fewer)) == wanted:
                facts = fewer
        except Problem:  # the others cannot stand without this one
            continue
    answer = orjson.loads(_decided(service, asked, facts).json("brief"))
    return WorkedExample(
        service.settings.issuer, _text({**asked, "facts": nest(facts)}), _text(answer)
    )


def _decided(service: Service, asked: dict[str, Any], facts: dict[str, Any]) -> Determination:
    request: Asked = {**asked, "facts": nest(facts)}  # type: ignore[typeddict-item]
    return determine(service, request, clock.today(), ANYBODY)


def _essence(determination: Determination) -> tuple[object, ...]:
    brief = orjson.loads(determination.json("brief"))
    return brief["outcome"], tuple(each["provision"] for each in brief["reasons"])


def _text(document: object) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
