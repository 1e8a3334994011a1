"""What holds for every address: headers, ids of requests, problems, documentation, readiness."""

import re
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from app.api.http.answered.problem_types import PROBLEM_TYPES
from app.factory import create_app
from app.law.errors import UnknownEdition, UnsoundLaw
from app.settings import Settings
from tests.api.asking import CLOSED, lines, post, problem
from tests.api.conftest import Serve

ADDRESSES = [
    "/",
    "/docs",
    "/docs/try",
    "/docs/try/swagger-ui.css",
    "/docs/static/docs.css",
    "/openapi.json",
    "/problems",
    "/problems/facts-refused",
    "/healthz",
    "/readyz",
    "/v1/questions",
    "/v1/questions/enrollment.permitted",
    "/v1/provisions",
    "/v1/provisions/enrollment/open-periods-2011",
    "/v1/law/changes?from=2011-01-01&to=2011-12-31",
    "/v1/open-enrollment",
]
HEALTH = ("/healthz", "/readyz", "/metrics")
ASTRAY = [
    "/nothing",
    "/v1",
    "/v1/",
    "/v1/questions/",
    "/v1/determinations",
    "/docs/try/index.html",
    "/docs/static/nothing.css",
]


@pytest.mark.parametrize("path", [*ADDRESSES, *ASTRAY])
def test_every_response_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "no-referrer" == headers["Referrer-Policy"]
    assert "max-age=31536000; includeSubDomains" == headers["Strict-Transport-Security"]
    assert (
        "same-origin"
        == headers["Cross-Origin-Opener-Policy"]
        == headers["Cross-Origin-Resource-Policy"]
    )
    assert UUID(headers["X-Request-Id"])


def test_nothing_personal_is_stored_on_the_way(client: FlaskClient) -> None:
    created = client.post("/v1/determinations", json=CLOSED)

    assert "no-store" == created.headers["Cache-Control"]
    assert "no-store" == client.get(created.headers["Location"]).headers["Cache-Control"]


def test_a_request_id_is_taken_over_where_it_is_a_uuid(client: FlaskClient) -> None:
    given = "0d5e0ac4-e530-4ba2-8a3d-2ba2c7a44e1f"

    assert given == client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]


@pytest.mark.parametrize(
    "given", ["1", "x" * 36, "<script>", "0" * 32, "{0000000-0000-4000-8000-00000000000}"]
)
def test_any_other_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    answered = client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]

    assert given != answered
    assert str(UUID(answered)) == answered


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/questions/", "/docs/try/index.html", "/problems/nothing"]
)
def test_an_address_where_nothing_stands_is_a_problem(client: FlaskClient, path: str) -> None:
    assert (404, "not-found") == problem(client.get(path))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/determinations", {"POST", "OPTIONS"}),
        (
            "DELETE",
            "/v1/determinations/01925b1e-7e3f-7000-8000-000000000000",
            {"GET", "HEAD", "OPTIONS"},
        ),
        ("PUT", "/v1/questions", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/v1/questions", {"GET", "HEAD", "OPTIONS"}),
        ("BREW", "/v1/questions", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_refused_with_those_allowed(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = client.open(path, method=method)

    assert (405, "method-not-allowed") == problem(answer)
    assert allowed == set(answer.headers["Allow"].split(", "))


def test_a_problem_names_where_it_happened(client: FlaskClient) -> None:
    document = client.get("/v1/questions/é<b>?x=1").get_json()

    assert "/v1/questions/%C3%A9%3Cb%3E" == document["instance"]


@pytest.mark.parametrize("path", ["/healthz", "/v1/questions", "/docs"])
def test_head_is_get_without_a_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert 200 == head.status_code
    assert b"" == head.data
    assert got.content_length == head.content_length


def test_options_names_the_methods(client: FlaskClient) -> None:
    answer = client.options("/v1/determinations")

    assert 200 == answer.status_code
    assert {"OPTIONS", "POST"} == set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("name", PROBLEM_TYPES)
def test_every_type_of_problem_has_its_page(client: FlaskClient, name: str) -> None:
    page = client.get(f"/problems/{name}")

    assert 200 == page.status_code
    assert PROBLEM_TYPES[name].title in unescape(page.get_data(as_text=True))
    assert name in client.get("/problems").get_data(as_text=True)


def test_the_root_leads_to_the_documentation(client: FlaskClient) -> None:
    page = client.get("/")

    assert 200 == page.status_code
    assert 'href="/docs"' in page.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/facts-refused"])
def test_pages_load_nothing_from_outside_and_nothing_inline(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)

    loaded = set(re.findall(r'(?:src|href)="([^"#]+)', page)) - {"data:,"}  # no icon
    assert all(address.startswith("/") for address in loaded)
    assert all(client.get(address).status_code in (200, 302) for address in loaded)
    assert not re.search(r"<script>|<style|style=|\son\w+=|javascript:", page)


def test_the_reference_shows_every_operation_and_every_fact(client: FlaskClient) -> None:
    page = client.get("/docs").get_data(as_text=True)
    document = client.get("/openapi.json").get_json()

    assert all(f"{path}" in page for path in document["paths"])
    assert "enrollment.requested_on" in page
    assert "How many eligible employees does the business itself have?" in page


def test_the_reference_says_how_to_authenticate(client: FlaskClient) -> None:
    page = client.get("/docs").get_data(as_text=True)

    assert {
        "Authorization: Bearer",
        "/oauth/token",
        "/.well-known/jwks.json",
        "grant_type=client_credentials",
    } <= {
        told
        for told in (
            "Authorization: Bearer",
            "/oauth/token",
            "/.well-known/jwks.json",
            "grant_type=client_credentials",
        )
        if told in page
    }


def test_the_openapi_document_says_how_to_authenticate(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    schemes = document["components"]["securitySchemes"]
    flow = schemes["client_credentials"]["flows"]["clientCredentials"]
    needed = {
        (way, scope)
        for item in document["paths"].values()
        for operation in item.values() if isinstance(operation, dict)
        for one in operation.get("security", []) for way, scopes in one.items() for scope in scopes
    }  # fmt: skip

    assert ("http", "bearer") == (schemes["bearer"]["type"], schemes["bearer"]["scheme"])
    assert flow["tokenUrl"].endswith("/oauth/token")
    assert {"/oauth/token", "/.well-known/jwks.json"} <= set(document["paths"])
    assert {"bearer", "client_credentials"} == {way for way, _ in needed}
    assert {scope for _, scope in needed} <= set(flow["scopes"])


def test_the_openapi_document_is_valid(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    assert document["openapi"].startswith("3.1")
    assert [] == list(OpenAPIV31SpecValidator(document).iter_errors())


def test_schemas_are_named_for_what_they_are_and_each_is_used(client: FlaskClient) -> None:
    text = client.get("/openapi.json").get_data(as_text=True)
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]

    assert [] == [name for name in schemas if name.startswith("app.") or name.endswith("Answer")]
    assert [] == [name for name in schemas if f'"#/components/schemas/{name}"' not in text]


def test_the_openapi_document_knows_every_address_of_the_interface(client: FlaskClient) -> None:
    rules = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in client.application.url_map.iter_rules()
        if not rule.endpoint.startswith("pages.")
    }

    documented = set(client.get("/openapi.json").get_json()["paths"])

    assert {
        rule
        for rule in rules
        if rule.startswith(("/v1", "/oauth", "/.well-known")) or rule in HEALTH
    } == documented


def validator(client: FlaskClient, name: str) -> Draft202012Validator:
    """What checks a document against a schema of the OpenAPI document."""
    document = client.get("/openapi.json").get_json()
    registry: Registry = Registry().with_resource("urn:openapi", Resource(document, DRAFT202012))
    return Draft202012Validator(
        {"$ref": f"urn:openapi#/components/schemas/{name}"}, registry=registry
    )


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("Questions", "/v1/questions"),
        ("Question", "/v1/questions/enrollment.permitted"),
        ("Question", "/v1/questions/rate.permitted"),
        ("Provisions", "/v1/provisions"),
        ("Provisions", "/v1/provisions?as_of=2013-01-01&edition=current&question=rate.permitted"),
        ("Provision", "/v1/provisions/enrollment/open-periods-2011"),
        ("Calendar", "/v1/provisions/calendars/open-enrollment-designated?edition=current"),
        ("Changes", "/v1/law/changes?from=2007-01-01&to=2026-01-01&edition=current"),
        ("OpenEnrollment", "/v1/open-enrollment?year=2014&edition=current"),
        ("OpenEnrollment", "/v1/open-enrollment?on=2011-02-16"),
        ("OpenEnrollment", "/v1/open-enrollment?on=2100-02-16"),
        ("Health", "/healthz"),
        ("Readiness", "/readyz"),
        ("Organizations", "/v1/organizations"),
        ("Organization", "/v1/organizations/county-office"),
        ("Problem", "/nothing"),
        ("Problem", "/v1/questions?x=1"),
    ],
)
def test_answers_are_as_documented(client: FlaskClient, schema: str, path: str) -> None:
    answer = client.get(path).get_json()

    assert [] == [error.message for error in validator(client, schema).iter_errors(answer)]


def test_determinations_are_as_documented(client: FlaskClient) -> None:
    kept = client.post("/v1/determinations", json=CLOSED).get_json()
    batch = post(
        client, lines(CLOSED), "/v1/determinations/batch?keep=false", "application/jsonl"
    ).get_json(force=True)
    calendar = client.post(
        "/v1/eligibility-calendars", json={"facts": CLOSED["facts"], "year": 2012}
    ).get_json()

    for schema, document in (
        ("Determination", kept),
        ("BatchLine", batch),
        ("EligibilityCalendar", calendar),
        ("Asked", CLOSED),
    ):
        assert [] == [error.message for error in validator(client, schema).iter_errors(document)]


def test_a_ready_service_says_what_it_stands_on(client: FlaskClient) -> None:
    checks = client.get("/readyz").get_json()["checks"]

    assert checks["database"]["current"]
    assert checks["law"]["digest"].startswith("sha256:")
    assert 0 == checks["engine"]["faults"]


def test_a_service_without_its_tables_is_alive_but_not_ready(serve: Serve) -> None:
    client = serve(migrated=False)

    answer = client.get("/readyz")

    assert (503, "not-ready") == problem(answer)
    assert not answer.get_json()["checks"]["database"]["current"]
    assert 200 == client.get("/healthz").status_code


@pytest.mark.parametrize(("revision", "status"), [("9999", 200), ("0001", 503), ("later", 503)])
def test_a_service_is_ready_on_tables_of_a_later_version_and_not_of_an_earlier_one(
    serve: Serve, revision: str, status: int
) -> None:
    """A migration adds, so that the version before it serves on until it is replaced."""
    client = serve()
    store = client.application.extensions["eligibility"].store
    with store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")

    answer = client.get("/readyz")

    assert status == answer.status_code
    assert revision == answer.get_json()["checks"]["database"]["revision"]
    assert not answer.get_json()["checks"]["database"]["current"]


def test_a_service_whose_database_is_unreachable_is_not_ready(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    client = serve(migrated=False, database_url=f"sqlite:///{tmp_path}/folder")

    answer = client.get("/readyz")

    assert (503, "not-ready") == problem(answer)
    assert not answer.get_json()["checks"]["database"]["reachable"]


def test_unsound_law_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "enrollment").mkdir()
    (tmp_path / "enrollment" / "x.yaml").write_text("provision: y\n")

    with pytest.raises(UnsoundLaw) as refused:
        create_app(Settings(rulesets=tmp_path, instance=tmp_path / "instance"))

    assert len(refused.value.faults) > 3


def test_an_edition_that_the_law_does_not_have_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(UnknownEdition):
        create_app(Settings(edition="chapter-1", instance=tmp_path))
