"""Letters over HTTP: previewed, made once, kept, printed, sent and returned."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.api.http.service import Service
from app.records.errors import RecordsUnavailable
from app.records.letters import letters as stored
from app.records.verifying.verification import verify
from tests.api.asking import CLOSED, pointers, problem
from tests.audit import AuditTrail
from tests.callers import ORGANIZATION, client_of

NAME = "Ángela O’Brien"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app, "supervisor")


ANY = {"If-Match": "*"}


@pytest.fixture
def trail(app: Flask) -> AuditTrail:
    return AuditTrail(app.extensions["eligibility"].store)


def decide(client: FlaskClient, subject: str | None = "case-77") -> str:
    """The id of a stored determination."""
    asked = {**CLOSED, **({} if subject is None else {"subject": subject})}
    answer = client.post("/v1/determinations", json=asked)
    assert 201 == answer.status_code, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def letter_of(client: FlaskClient, **wishes: Any) -> Any:
    answer = client.post(f"/v1/determinations/{decide(client)}/letters", json=wishes)
    assert 201 == answer.status_code, answer.get_data(as_text=True)
    return answer


@pytest.fixture
def known(client: FlaskClient) -> Iterator[str]:
    """The reference of somebody whose name the service has."""
    subject = f"person-{clock.now():%H%M%S%f}"
    person = {"subject": subject, "name": NAME, "born_on": "1980-02-01", "despite_duplicate": True}
    assert 201 == client.post("/v1/applicants", json=person).status_code
    yield subject


def test_a_letter_is_previewed_and_nothing_is_stored(
    client: FlaskClient, trail: AuditTrail, known: str
) -> None:
    id = decide(client, known)
    trail.clear()
    told = client.get(f"/v1/determinations/{id}/letter").get_json()

    assert NAME == told["addressee"]["name"]
    assert "You may not enroll on" in told["letter"]["sections"][0]["heading"]["english"]
    assert 12 == len(told["statements"])
    assert [("determination.read", "done"), ("applicant.read", "done")] == trail.outcomes()


def test_a_letter_says_what_it_said_when_it_was_made(client: FlaskClient, known: str) -> None:
    id = decide(client, known)
    shown = client.get(f"/v1/determinations/{id}/letter?large_print=true").get_json()
    made = client.post(f"/v1/determinations/{id}/letters", json={"large_print": True})
    read = client.get(made.headers["Location"])

    assert shown["letter"] == read.get_json()["letter"]
    assert shown["addressee"] == read.get_json()["addressee"]
    assert made.headers["ETag"] == read.headers["ETag"]
    assert made.get_json().items() <= read.get_json().items()
    assert NAME not in made.get_data(as_text=True)


def test_no_name_stays_with_a_letter(app: Flask, client: FlaskClient, known: str) -> None:
    id = decide(client, known)
    letter = client.post(f"/v1/determinations/{id}/letters").get_json()
    kept = stored.find_letter(app.extensions["eligibility"].store, letter["id"])

    assert kept is not None
    assert NAME not in kept.content
    assert letter["digest"] == stored.content_digest(kept.content)


def test_each_format_says_the_same(client: FlaskClient, known: str) -> None:
    id = decide(client, known)
    page = client.get(f"/v1/determinations/{id}/letter?format=html")
    printed = client.get(f"/v1/determinations/{id}/letter?format=pdf")

    assert "text/html" in page.content_type
    assert "O’Brien" in page.get_data(as_text=True)
    assert "application/pdf" == printed.content_type
    assert 1 == len(pikepdf.open(io.BytesIO(printed.data)).pages)


@pytest.mark.parametrize(
    ("own", "said", "language", "large_print"),
    [
        ({"language": "es", "large_print": True}, {}, "es", True),
        ({"language": "es-MX"}, {}, "es", False),
        ({"language": "es", "large_print": True}, {"language": "en"}, "en", True),
        ({"language": "es", "large_print": True}, {"large_print": False}, "es", False),
        ({"language": "ar"}, {}, "en", False),
        ({}, {}, "en", False),
    ],
)
def test_a_letter_is_as_the_person_wishes_unless_a_caller_says_otherwise(
    client: FlaskClient,
    known: str,
    own: dict[str, Any],
    said: dict[str, Any],
    language: str,
    large_print: bool,
) -> None:
    client.patch(f"/v1/applicants/{known}", json=own or {"language": None}, headers=ANY)
    id = decide(client, known)

    query = "&".join(f"{name}={str(value).lower()}" for name, value in said.items())
    letter = client.get(f"/v1/determinations/{id}/letter?{query}").get_json()["letter"]
    made = client.post(f"/v1/determinations/{id}/letters", json=said).get_json()

    for one in (letter, made):
        assert (language, large_print) == (one["language"], one["large_print"])


def test_a_letter_says_where_the_office_is_and_how_it_is_reached(
    app: Flask, client: FlaskClient
) -> None:
    id = decide(client)
    before = client.get(f"/v1/determinations/{id}/letter?language=es").get_data(as_text=True)
    administrator = client_of(app, "administrator", None)
    address = f"/v1/organizations/{ORGANIZATION}"
    told = {"address": "7 Elm Street, Worcester, MA 01608", "contact": "508-555-0100"}
    tag = {"If-Match": administrator.get(address).headers["ETag"]}
    assert 200 == administrator.patch(address, json=told, headers=tag).status_code

    letter = client.get(f"/v1/determinations/{id}/letter?language=es").get_json()["letter"]
    [asked] = [each["lines"] for each in letter["sections"] if each["name"] == "ask"]

    for value in told.values():
        assert value not in before
        assert [True] == [value in each["text"] for each in asked if value in each["english"]]
    tag = {"If-Match": administrator.get(address).headers["ETag"]}
    nothing = {"address": None, "contact": None}
    assert 200 == administrator.patch(address, json=nothing, headers=tag).status_code


def test_a_letter_without_a_known_person_names_the_reference(client: FlaskClient) -> None:
    told = client.get(f"/v1/determinations/{decide(client)}/letter").get_json()
    nameless = client.get(f"/v1/determinations/{decide(client, None)}/letter").get_json()

    assert "To the person with the reference case-77" == told["addressee"]["name"]
    assert "To the person whom this answer is about" == nameless["addressee"]["name"]


def test_the_same_reference_of_another_office_is_another_person(app: Flask, known: str) -> None:
    other = client_of(app, "supervisor", organization="office-2")
    told = other.get(f"/v1/determinations/{decide(other, known)}/letter").get_json()

    assert f"To the person with the reference {known}" == told["addressee"]["name"]


def test_a_letter_of_another_office_does_not_exist(app: Flask, client: FlaskClient) -> None:
    made = letter_of(client)
    other = client_of(app, "supervisor", organization="office-2")
    address = made.headers["Location"]

    assert (404, "unknown-letter") == problem(other.get(address))
    assert (404, "unknown-letter") == problem(
        other.post(f"{address}/sent", headers={"If-Match": '"1"'})
    )
    found = other.post("/v1/letters/search").get_json()["letters"]
    assert made.get_json()["id"] not in [each["id"] for each in found]


def test_a_request_that_is_sent_again_makes_one_letter(client: FlaskClient) -> None:
    path = f"/v1/determinations/{decide(client)}/letters"
    key = {"Idempotency-Key": f"letter-{clock.now().isoformat()}"}
    answers = [client.post(path, headers=key) for _ in range(2)]

    assert answers[0].get_json() == answers[1].get_json()
    assert "true" == answers[1].headers["Idempotent-Replayed"]


def test_a_letter_is_sent_and_comes_back_once(client: FlaskClient, trail: AuditTrail) -> None:
    made = letter_of(client)
    address, tag = made.headers["Location"], made.headers["ETag"]
    trail.clear()

    assert (428, "precondition-required") == problem(client.post(f"{address}/sent"))
    early = client.post(f"{address}/came-back", headers={"If-Match": tag})
    assert (409, "letter-state") == problem(early)
    sent = client.post(f"{address}/sent", headers={"If-Match": tag})
    assert clock.today().isoformat() == sent.get_json()["sent_on"]
    stale = client.post(f"{address}/came-back", headers={"If-Match": tag})
    assert (412, "precondition-failed") == problem(stale)
    again = {"If-Match": sent.headers["ETag"]}
    assert (409, "letter-state") == problem(client.post(f"{address}/sent", headers=again))
    back = client.post(f"{address}/came-back", headers=again)
    assert clock.today().isoformat() == back.get_json()["came_back_on"]
    assert [("letter.sent", "done"), ("letter.came_back", "done")] == trail.outcomes()


def test_a_day_that_cannot_be_is_refused(client: FlaskClient) -> None:
    made = letter_of(client)
    for day in (date(2012, 5, 3), clock.today() + timedelta(days=1)):
        answer = client.post(
            f"{made.headers['Location']}/sent",
            json={"on": day.isoformat()},
            headers={"If-Match": made.headers["ETag"]},
        )

        assert (422, "invalid-request") == problem(answer)
        assert {"/on"} == pointers(answer)


def test_letters_to_send_are_listed_and_printed_together(app: Flask) -> None:
    client = client_of(app, "supervisor", organization="office-that-prints")
    made = [letter_of(client).get_json()["id"] for _ in range(2)]
    found = client.post("/v1/letters/search", json={"to_send": True}).get_json()["letters"]
    printed = client.get("/v1/letters/to-send")
    pdf = pikepdf.open(io.BytesIO(printed.data))

    assert set(made) == {each["id"] for each in found}
    assert 2 == len(pdf.pages)


def test_letters_are_found_page_by_page(client: FlaskClient) -> None:
    id = decide(client)
    made = [client.post(f"/v1/determinations/{id}/letters").get_json()["id"] for _ in range(3)]
    first = client.post("/v1/letters/search", json={"object_id": id, "limit": 2}).get_json()
    rest = {"object_id": id, "limit": 2, "cursor": first["next_cursor"]}
    second = client.post("/v1/letters/search", json=rest).get_json()

    found = [each["id"] for page in (first, second) for each in page["letters"]]
    assert list(reversed(made)) == found
    assert "next_cursor" not in second


def test_an_office_without_letters_prints_none(app: Flask) -> None:
    other = client_of(app, "supervisor", organization="office-without-letters")

    assert (404, "no-letters") == problem(other.get("/v1/letters/to-send"))


@pytest.mark.parametrize(
    ("wishes", "pointer"),
    [
        ({"language": "xx"}, "/language"),
        ({"language": None}, "/language"),
        ({"large_print": "yes"}, "/large_print"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_other_wishes_are_refused(client: FlaskClient, wishes: Any, pointer: str) -> None:
    answer = client.post(f"/v1/determinations/{decide(client)}/letters", json=wishes)

    assert (422, "invalid-request") == problem(answer)
    assert {pointer} == pointers(answer)


def test_without_its_entry_no_letter_is_stored(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RecordsUnavailable("no entry")

    id = decide(client)
    made = client.post(f"/v1/determinations/{id}/letters")
    monkeypatch.setattr(stored, "enter", broken)
    answer = client.post(f"/v1/determinations/{id}/letters")
    sent = client.post(
        f"{made.headers['Location']}/sent", headers={"If-Match": made.headers["ETag"]}
    )
    monkeypatch.undo()

    assert (503, 503) == (answer.status_code, sent.status_code)
    found = client.post("/v1/letters/search", json={"object_id": id}).get_json()["letters"]
    assert [made.get_json()] == found


def test_a_name_that_no_font_can_print_is_refused(client: FlaskClient, known: str) -> None:
    tag = client.get(f"/v1/applicants/{known}").headers["ETag"]
    unprintable = {"name": "Ana \U0001f409"}
    client.patch(f"/v1/applicants/{known}", json=unprintable, headers={"If-Match": tag})
    answer = client.get(f"/v1/determinations/{decide(client, known)}/letter?format=pdf")

    assert (422, "letter-unprintable") == problem(answer)
    assert "U+1F409" in answer.get_json()["detail"]


def test_without_pango_pages_work_and_the_pdf_says_what_to_install(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.letters import pdf

    def missing() -> None:
        raise pdf.NoPango(f"Install the Debian packages {pdf.PACKAGES}.")

    monkeypatch.setattr(pdf, "_weasyprint", missing)
    path = f"/v1/determinations/{decide(client)}/letter"

    assert 200 == client.get(f"{path}?format=html").status_code
    answer = client.get(f"{path}?format=pdf")
    assert (503, "pdf-unavailable") == problem(answer)
    assert "libpango" in answer.get_json()["detail"]


def test_a_service_without_a_catalogue_offers_english_alone(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.letters.translated.languages import Languages

    service: Service = app.extensions["eligibility"]
    monkeypatch.setitem(service.__dict__, "languages", Languages(tmp_path, service.lawbook))
    path = f"/v1/determinations/{decide(client)}/letter"

    assert 200 == client.get(path).status_code
    assert (422, "language-missing") == problem(client.get(f"{path}?language=es"))


def test_a_letter_that_was_changed_is_withheld(app: Flask, client: FlaskClient) -> None:
    made = letter_of(client)
    store, id = app.extensions["eligibility"].store, made.get_json()["id"]
    with store.writing() as connection:
        chosen = select(stored.letters.c.content).where(stored.letters.c.id == id)
        before = connection.execute(chosen).scalar_one()
        connection.execute(
            stored.letters.update()
            .where(stored.letters.c.id == id)
            .values(content='{"sections": []}')
        )

    assert (500, "record-damaged") == problem(client.get(made.headers["Location"]))
    found = client.post("/v1/letters/search").get_json()
    assert id in found["damaged"]
    named = [str(each) for each in verify(store).complaints]
    assert [f"letter {id}: was changed after it was stored"] == named
    with store.writing() as connection:
        whole = stored.letters.update().where(stored.letters.c.id == id)
        connection.execute(whole.values(content=before))
    assert () == verify(store).complaints
