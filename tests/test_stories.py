"""Whole applications, replayed over HTTP: what a story tells must be in the answer.

The answer may say more.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

STORIES = Path(__file__).resolve().parent.parent / "fixtures" / "stories"
ISSUED_ONCE = ("id", "decided_at")
SLUGS = sorted(folder.name for folder in STORIES.iterdir() if folder.is_dir())


def missing(expected: Any, actual: Any, at: str = "") -> list[str]:
    """Where the answer does not hold what the story tells: objects by their members, lists by
    members in the same order.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        absent = [f"{at}/{name} is absent" for name in expected if name not in actual]
        return absent + [
            w
            for name in expected
            if name in actual
            for w in missing(expected[name], actual[name], f"{at}/{name}")
        ]
    if (
        isinstance(expected, list)
        and isinstance(actual, list)
        and expected
        and isinstance(expected[0], dict)
    ):
        rest = iter(actual)
        return [
            f"{at}/{number}: {json.dumps(member)} is not told"
            for number, member in enumerate(expected)
            if not any(not missing(member, candidate) for candidate in rest)
        ]
    return (
        []
        if expected == actual
        else [f"{at}: {json.dumps(expected)} is told, {json.dumps(actual)} is answered"]
    )


def read(slug: str, name: str) -> Any:
    return json.loads((STORIES / slug / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_story_is_answered_as_told(client: FlaskClient, slug: str) -> None:
    told = {
        name: value
        for name, value in read(slug, "determination").items()
        if name not in ISSUED_ONCE
    }
    told.get("law", {}).pop("digest", None)

    answer = client.post("/v1/determinations", json=read(slug, "request"))

    assert 201 == answer.status_code, answer.get_json()
    assert [] == missing(told, answer.get_json())
    assert answer.data == client.get(answer.headers["Location"]).data


def test_the_comparison_sees_what_is_missing() -> None:
    answered = {"a": 1, "b": [{"c": 1}, {"c": 2, "d": 3}], "e": ["x", "y"]}

    assert [] == missing({"b": [{"d": 3}], "e": ["x", "y"]}, answered)
    assert 1 == len(missing({"b": [{"c": 2}, {"c": 1}]}, answered))
    assert 1 == len(missing({"e": ["x"]}, answered))
    assert 1 == len(missing({"f": None}, answered))
