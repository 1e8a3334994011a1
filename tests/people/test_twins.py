"""Nothing can be done by page alone: each page that changes or tells something has its operation
under /v1, with the same permission or one that the role needs as well.
"""

import re

import pytest
from flask import Flask

from app.api.waivers.asked.decision_schemas import DECISIONS
from app.console.accounts import machines, steps
from app.console.waivers.step_forms import STEP_FORMS

OWN = {
    "/oauth/authorize",
    "/password",
    "/second-factor",
    "/second-factor/<uuid:id>/name",
    "/second-factor/<uuid:id>/remove",
    "/second-factor/app",
    "/second-factor/codes",
    "/second-factor/passkey",
    "/second-factor/with-passkey",
    "/sessions/<uuid:id>/end",
    "/sessions/programs/<uuid:id>/end",
    "/sessions/end-others",
    "/sign-in",
    "/sign-out",
}
"""What belongs to a browser and its session, which programs lack."""
DRAFTS = {
    "/ask/new",
    "/ask/<uuid:id>",
    "/ask/<uuid:id>/form",
    "/ask/<uuid:id>/change",
    "/ask/<uuid:id>/other-day",
    "/ask/<uuid:id>/end",
}
"""What a draft is put together with: a program puts its request together by itself."""
ONE_ORGANIZATION = "/v1/organizations/<organization>"
DESK_STEPS = "/waivers/<uuid:id>/steps/<step>"
TWINS = {
    ("GET", "/accounts"): ("GET", "/v1/accounts"),
    ("POST", "/accounts"): ("POST", "/v1/accounts/search"),
    ("GET", "/accounts/<uuid:id>"): ("GET", "/v1/accounts/<uuid:id>"),
    ("POST", "/accounts/<uuid:id>"): ("PATCH", "/v1/accounts/<uuid:id>"),
    ("POST", "/accounts/new"): ("POST", "/v1/accounts"),
    ("GET", "/accounts/roles"): ("GET", "/v1/roles"),
    ("GET", "/accounts/credentials"): ("GET", "/v1/credentials"),
    ("POST", "/accounts/credentials/new"): ("POST", "/v1/credentials"),
    ("GET", "/accounts/credentials/<uuid:id>"): ("GET", "/v1/credentials/<uuid:id>"),
    ("POST", "/accounts/credentials/<uuid:id>"): ("PATCH", "/v1/credentials/<uuid:id>"),
    ("GET", "/answers"): ("POST", "/v1/determinations/search"),
    ("POST", "/answers"): ("POST", "/v1/determinations/search"),
    ("GET", "/answers/<uuid:id>"): ("GET", "/v1/determinations/<uuid:id>"),
    ("POST", "/ask/<uuid:id>/answer"): ("POST", "/v1/determinations"),
    ("GET", "/audit"): ("POST", "/v1/audit/search"),
    ("POST", "/audit"): ("POST", "/v1/audit/search"),
    ("POST", "/audit/export"): ("POST", "/v1/audit/exports"),
    ("GET", "/audit/verifications"): ("GET", "/v1/verifications"),
    ("POST", "/audit/verifications"): ("POST", "/v1/verifications"),
    ("GET", "/audit/verifications/<uuid:id>"): ("GET", "/v1/verifications/<uuid:id>"),
}
TWINS |= {
    ("POST", f"/answers/<uuid:id>/{page}"): ("POST", f"/v1/determinations/<uuid:id>/{operation}")
    for page, operation in {
        "letter": "letters",
        "objection": "objections",
        "other-day": "reconsider",
        "replay": "replay",
        "settlement": "settlements",
        "void": "void",
    }.items()
}
TWINS |= {
    ("POST", "/answers/<uuid:id>/correct"): ("POST", "/v1/determinations/<uuid:id>/redetermine"),
    ("POST", "/answers/<uuid:id>/correct-day"): (
        "POST",
        "/v1/determinations/<uuid:id>/redetermine",
    ),
    ("POST", "/answers/<uuid:id>/notes"): ("POST", "/v1/notes"),
    ("POST", "/answers/<uuid:id>/reminder"): ("POST", "/v1/reminders"),
    ("POST", "/reminders/<uuid:id>/done"): ("DELETE", "/v1/reminders/<uuid:id>"),
    ("POST", "/feedback"): ("POST", "/v1/feedback"),
    ("POST", "/feedback/<uuid:id>/state"): ("PATCH", "/v1/feedback/<uuid:id>"),
    ("POST", "/letters/<uuid:id>/sent"): ("POST", "/v1/letters/<uuid:id>/sent"),
    ("POST", "/letters/<uuid:id>/came-back"): ("POST", "/v1/letters/<uuid:id>/came-back"),
    ("POST", "/new-organization"): ("POST", "/v1/organizations"),
    ("POST", "/numbers"): ("GET", "/v1/numbers/<number>"),
    ("POST", "/organizations/<organization>/change"): ("PATCH", ONE_ORGANIZATION),
    ("POST", "/organizations/<organization>/close"): ("POST", f"{ONE_ORGANIZATION}/close"),
    ("POST", "/organizations/<organization>/reopen"): ("POST", f"{ONE_ORGANIZATION}/reopen"),
    ("POST", "/people"): ("POST", "/v1/applicants/search"),
    ("POST", "/people/new"): ("POST", "/v1/applicants"),
    ("POST", "/people/<uuid:id>/correct"): ("PATCH", "/v1/applicants/<subject>"),
    ("POST", "/waivers/new"): ("POST", "/v1/waiver-requests"),
    ("POST", "/waivers/<uuid:id>/letter"): ("POST", "/v1/waiver-requests/<uuid:id>/letters"),
    ("POST", "/waivers/<uuid:id>/notes"): ("POST", "/v1/notes"),
    ("GET", "/work"): ("GET", "/v1/open-work"),
    ("POST", "/waivers/hand-over"): ("POST", "/v1/waiver-requests/hand-over"),
}
WITHOUT_STORING = {"/answers/<uuid:id>/change": ("POST", "/v1/determinations?keep=false")}
"""What decides and stores nothing: the same operation as storing does, with its own permission."""
STEPS = {
    "/approvals/<uuid:id>": {
        step: ("POST", f"/v1/approvals/<uuid:id>/{step}")
        for step in ("approve", "refuse", "withdraw")
    },
    "/waivers/<uuid:id>/decide/<step>": {
        step: ("POST", f"/v1/waiver-requests/<uuid:id>/{step}") for step in DECISIONS
    },
    "/waivers/<uuid:id>/steps/<step>": {
        step: ("POST", f"/v1/waiver-requests/<uuid:id>/{step}") for step in STEP_FORMS
    },
    "/accounts/<uuid:id>/<step>": {
        "disable": ("PATCH", "/v1/accounts/<uuid:id>"),
        "enable": ("PATCH", "/v1/accounts/<uuid:id>"),
        "password": ("POST", "/v1/accounts/<uuid:id>/one-time-passwords"),
        "second-factor": ("POST", "/v1/accounts/<uuid:id>/second-factor-resets"),
        "sessions": ("DELETE", "/v1/accounts/<uuid:id>/sessions"),
    },
    "/accounts/credentials/<uuid:id>/<step>": {
        "revoke": ("DELETE", "/v1/credentials/<uuid:id>"),
        "rotate": ("POST", "/v1/credentials/<uuid:id>/secrets"),
    },
}
Asked = tuple[str, str]


@pytest.fixture
def permissions(app: Flask) -> dict[Asked, str]:
    """The permission of each method at each address."""
    return {
        (method, rule.rule): getattr(app.view_functions[rule.endpoint], "permission", "")
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def of_pages(app: Flask, permissions: dict[Asked, str]) -> set[Asked]:
    """What can be sent to pages, apart from what belongs to a browser or a draft."""
    pages = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.")}
    return {
        (method, rule) for method, rule in permissions if rule in pages and rule not in OWN | DRAFTS
    }


def test_every_form_of_a_page_has_its_operation(app: Flask, permissions: dict[Asked, str]) -> None:
    forms = {asked for asked in of_pages(app, permissions) if asked[0] != "GET"}

    assert forms == {asked for asked in TWINS if asked[0] != "GET"} | {
        ("POST", rule) for rule in (*STEPS, *WITHOUT_STORING)
    }


def test_each_operation_needs_what_its_page_needs(permissions: dict[Asked, str]) -> None:
    steps = {
        ("POST", rule): twin
        for rule, twins in STEPS.items()
        if rule != DESK_STEPS  # each step needs what its form of the desk says
        for twin in twins.values()
    }

    differing = {
        asked: (permissions.get(asked), permissions.get(twin))
        for asked, twin in [*TWINS.items(), *steps.items()]
        if permissions.get(asked) is None or permissions[asked] != permissions.get(twin)
    }

    assert {} == differing


def test_every_step_of_a_page_has_its_operation() -> None:

    assert set(steps.STEPS) == set(STEPS["/accounts/<uuid:id>/<step>"])
    assert set(machines.STEPS) == set(STEPS["/accounts/credentials/<uuid:id>/<step>"])


def test_every_operation_of_a_page_is_in_the_openapi_document(app: Flask) -> None:
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    twins = [*TWINS.values(), *(twin for twins in STEPS.values() for twin in twins.values())]

    assert [] == [
        (method, rule)
        for method, rule in twins
        if method.lower() not in paths.get(re.sub(r"<(?:uuid:)?(\w+)>", r"{\1}", rule), {})
    ]
