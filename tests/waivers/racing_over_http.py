"""Two reviewers at one request at once, over HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

from tests.servers import Served, flask
from tests.waivers.asking import DESK, REQUEST
from tests.waivers.racing import DECISIONS, Raced

REVIEWERS = ("reviewer one", "reviewer two")


def add_reviewers(service: Served) -> None:
    """Make a key for each of two reviewers."""
    office = ["--name", "The Office", "--kind", "patient_protection"]
    flask(service.environment, "organizations", "create", "opp", *office)
    for name in REVIEWERS:
        options = ["--role", "opp_reviewer", "--organization", "opp"]
        service.keys[name] = flask(service.environment, "keys", "create", name, *options).strip()


def races_over_http(service: Served, number: int, threads: Executor) -> Iterator[Raced]:
    """So many races, each for a request of its own: both claim it at once, then who won denies it
    from two windows at once.
    """
    for race in range(number):
        request = _json(service, "POST", DESK, {**REQUEST, "subject": f"race-{race}"})
        href = request["href"]
        claims = [partial(_step, service, f"{href}/claim", 1, {}, by) for by in REVIEWERS]
        statuses = _at_once(threads, claims)
        winner = REVIEWERS[statuses.index(200)]
        body = _decision(service, href, winner)
        deny = partial(_step, service, f"{href}/deny", 2, body, winner)
        statuses += _at_once(threads, [deny, deny])
        assert set(statuses) <= {200, 409, 412}, statuses
        read = _json(service, "GET", href, None)
        steps = [step["step"] for step in read["steps"]]
        yield Raced(steps.count("claim"), sum(steps.count(name) for name in DECISIONS))


def _decision(service: Served, href: str, by: str) -> dict[str, Any]:
    """A denial with the digest of its preview; it leaves every finding open."""
    asked: dict[str, Any] = {"step": "deny"}
    found = _json(service, "POST", f"{href}/preview", asked, by)["advice"]["findings"]
    said = [
        {"finding": each["finding"], "says": "left_open", "because": "no_proof"}
        for each in found
        if each["decides"]
    ]
    against = (each for each in found if each["leaning"] == "against")
    ground = next(each for each in against if each["finding"] not in {it["finding"] for it in said})
    said.append({"finding": ground["finding"], "says": "relied_on"})
    preview = _json(service, "POST", f"{href}/preview", {**asked, "rationale": said}, by)
    return {"rationale": said, "digest": preview["digest"]}


def _json(
    service: Served, method: str, path: str, body: object, by: str = "eligibility_worker"
) -> Any:
    headers = {"Idempotency-Key": str(uuid4())} if path == DESK else {}
    status, _, text = service.send(method, path, body, headers, by)
    assert status in (200, 201), (status, text)
    return json.loads(text)


def _step(service: Served, path: str, version: int, body: object, by: str) -> int:
    return service.send("POST", path, body, {"If-Match": f'"{version}"'}, by)[0]


def _at_once(threads: Executor, steps: list[Any]) -> list[int]:
    start = Barrier(len(steps))

    def begin(step: Any) -> int:
        start.wait()
        status: int = step()
        return status

    return list(threads.map(begin, steps))
