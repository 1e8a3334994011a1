"""Every worked scenario, asked over HTTP, by its id."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.case_files import SCENARIOS, as_sent, load, nested

ROWS = [row for path in sorted(SCENARIOS.glob("*.yaml")) for row in load(path)["scenarios"]]


def editions_of(ask: dict[str, Any]) -> list[str]:
    return list(ask.get("editions") or [ask.get("edition", "chapter-288")])


ASKS = [
    (row["id"], edition, ask) for row in ROWS for ask in row["asks"] for edition in editions_of(ask)
]


@pytest.mark.parametrize(
    ("id", "edition", "ask"),
    ASKS,
    ids=[f"{id}-{ask['question']}-{edition}-{n}" for n, (id, edition, ask) in enumerate(ASKS)],
)
def test_scenario(client: FlaskClient, id: str, edition: str, ask: dict[str, Any]) -> None:
    body = {"question": ask["question"], "facts": nested(ask["facts"]), "edition": edition}
    if "as_of" in ask:
        body["as_of"] = as_sent(ask["as_of"])

    answer = client.post("/v1/determinations?keep=false", json=body)

    document = answer.get_json()
    assert answer.status_code == 200, document
    assert ask["outcome"] == document["outcome"], [
        (r["provision"], r["status"], [f["says"] for f in r["findings"]])
        for r in document["reasons"]
        if r["decisive"]
    ]
    for name, value in ask.get("concludes", {}).items():
        assert as_sent(value) == document["concludes"].get(name), name
    decisive = {r["provision"] for r in document["reasons"] if r["decisive"]}
    assert set(ask.get("decisive", [])) <= decisive
    if "caution" in ask:
        assert any(ask["caution"] in caution for caution in document["cautions"]), document[
            "cautions"
        ]
    assert set(ask.get("needs", [])) <= {need["fact"] for need in document["needs"]}
    told = [step["says"] for step in document["next_steps"]]
    for step in ask.get("next_steps", []):
        assert any(step in says for says in told), told


def test_scenarios_are_told_apart() -> None:
    ids = [row["id"] for row in ROWS]

    assert sorted(set(ids)) == sorted(ids)
