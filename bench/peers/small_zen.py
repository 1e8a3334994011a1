"""The small rule as a decision graph of zen: two computed values, then a table whose first row that
fits decides.
"""

from itertools import pairwise
from typing import Any

COLUMNS = (
    "resident",
    "employer_plan_open",
    "in_open_period",
    "waiver_granted",
    "qualifying_event",
    "lost_recently",
)
ROWS = (
    ({"resident": "false"}, "ineligible"),
    ({"employer_plan_open": "true"}, "ineligible"),
    ({"in_open_period": "true"}, "may enroll"),
    ({"waiver_granted": "true"}, "may enroll"),
    ({"qualifying_event": "true"}, "may enroll"),
    ({"lost_recently": "true"}, "may enroll"),
    ({}, "denied"),
)
WINTER = 'date(applied_on) >= date("2011-01-01") and date(applied_on) <= date("2011-02-15")'
SUMMER = (
    "monthOfYear(applied_on) == 7 or "
    "(monthOfYear(applied_on) == 8 and dayOfMonth(applied_on) <= 15)"
)
LOST = "coverage_lost and date(applied_on) - date(coverage_lost_on) <= 63 * 86400"


def graph() -> dict[str, Any]:
    """The graph as zen reads it."""
    computed = {"in_open_period": f"({WINTER}) or {SUMMER}", "lost_recently": LOST}
    inputs = [{"id": name, "name": name, "field": name} for name in COLUMNS]
    rules = [
        {"_id": f"row-{number}", "outcome": f'"{outcome}"'}
        | {name: cells.get(name, "") for name in COLUMNS}
        for number, (cells, outcome) in enumerate(ROWS, start=1)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "outcome", "name": "outcome", "field": "outcome"}],
        "rules": rules,
    }
    expressions = [{"id": key, "key": key, "value": value} for key, value in computed.items()]
    nodes = [
        ("facts", "inputNode", {}),
        ("computed", "expressionNode", {"expressions": expressions, "passThrough": True}),
        ("table", "decisionTableNode", table),
        ("answer", "outputNode", {}),
    ]
    names = [name for name, _, _ in nodes]
    edges = [
        {"id": f"{one}-{next_one}", "type": "edge", "sourceId": one, "targetId": next_one}
        for one, next_one in pairwise(names)
    ]
    return {
        "nodes": [{"id": n, "name": n, "type": kind, "content": c} for n, kind, c in nodes],
        "edges": edges,
    }
