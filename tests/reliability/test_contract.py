"""The OpenAPI document holds: whatever is sent, nothing but what it describes is answered, and
never a 5xx.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.http.service import Service, law_text
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.store import Store
from app.settings import Settings
from tests.again.keeping import made
from tests.callers import client_of, key_of
from tests.waivers.asking import entered

pytestmark = pytest.mark.slow

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ROLES = {
    "supervisor": "",
    "administrator": "",
    "auditor": "^/v1/audit",
    "opp_supervisor": "^/v1/waiver-requests",
}
"""Who may do most with cases and who with everything else, at every address.

And whoever may do what the two may not.
"""


@pytest.fixture(scope="module")
def described(
    decider: Decider, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("described")
    shutil.copy(migrated_sqlite, folder / "kept.sqlite")
    chosen = Settings(
        database_url=f"sqlite:///{folder / 'kept.sqlite'}",
        instance=folder,
        secret_key="of-these-tests-alone",
    )
    app = Flask("app", static_folder=None)
    store = Store(open_database(chosen.database_url), law_text(decider.lawbook))
    mount(app, Service(chosen, decider, store, decider.lawbook.default_edition))
    yield app
    store.close()


@schemathesis.serializer("application/jsonl", "application/x-ndjson")
def json_lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A body as it was drawn, and again as a second line."""
    line = value if isinstance(value, bytes) else json.dumps(value).encode()
    return line + b"\n" + line


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_sent_only_what_is_described_is_answered(described: Flask, role: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", described)
    schema = schema.include(path_regex=ROLES[role]) if ROLES[role] else schema
    headers = {"Authorization": f"Bearer {key_of(described, role)}"}
    known = {
        "/v1/determinations/{id}": made(client_of(described, "supervisor")),
        "/v1/holds/{id}": held(described),
        "/v1/waiver-requests/{id}": requested(described),
    }
    wrong: dict[str, str] = {}
    statuses: set[int] = set()

    for found in schema.get_all_operations():
        operation = found.ok()
        cases = operation.as_strategy() | operation.as_strategy(
            generation_mode=GenerationMode.NEGATIVE
        )

        @BOUNDED
        @given(known_id=st.booleans(), case=cases)
        def send(known_id: bool, case: schemathesis.Case) -> None:
            for path, id in known.items():
                if known_id and case.path.startswith(path) and "id" in case.path_parameters:
                    case.path_parameters["id"] = id
            statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

        try:
            send()
        except (Exception, FailureGroup) as error:
            wrong[operation.label] = str(error) + "".join(
                f"\n{one}" for one in getattr(error, "exceptions", ())
            )

    assert statuses >= {200, 422}, "what was sent did not get far"
    assert {} == wrong, "\n\n".join(f"{label}: {told}" for label, told in wrong.items())


def requested(app: Flask) -> str:
    """The id of a waiver request."""
    return str(entered(client_of(app, "supervisor"))["id"])


def held(app: Flask) -> str:
    """The id of a hold."""
    asked_for = {"kind": "subject", "object_id": "person-1", "because": "matter 7"}
    answer = client_of(app, "supervisor").post(
        "/v1/holds", json=asked_for, headers={"Idempotency-Key": "h-1"}
    )
    assert 201 == answer.status_code
    return str(answer.get_json()["id"])


def test_refusals_are_described_wherever_they_may_come(described: Flask) -> None:
    document = described.test_client().get("/openapi.json").get_json()
    operations = [
        (f"{method} {path}", operation, {int(status) for status in operation["responses"]})
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "patch", "delete")
    ]
    assert [] == [
        label
        for label, operation, statuses in operations
        if operation["security"] and not {401, 403, 503, 507} <= statuses
    ]
    assert [] == [
        label
        for label, operation, statuses in operations
        if "If-Match" in read_by(operation) and not {412, 428} <= statuses
    ]
    assert [] == [
        label for label, _, statuses in operations if not {400, 414, 431, 500} <= statuses
    ]
    assert [] == [
        label
        for label, operation, _ in operations
        if "requestBody" in operation
        and "`incomplete-body`" not in operation["responses"]["400"]["description"]
    ]
    limited = [
        (label, told)
        for label, _, told in operations
        if label.split(" ")[1] not in ("/healthz", "/readyz", "/metrics")
    ]
    assert [] == [label for label, statuses in limited if not {429, 503} <= statuses]


def read_by(operation: dict[str, Any]) -> set[str]:
    """The names of an operation's parameters."""
    return {parameter["name"] for parameter in operation.get("parameters", [])}
