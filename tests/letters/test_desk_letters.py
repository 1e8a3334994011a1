"""Letters of the waiver desk: of each step that has one, in both languages and both sizes; made,
listed, printed and sent beside the letters of determinations.
"""

import io
import re
from collections.abc import Mapping
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pdfua
import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.api.http.service import Service
from app.law.words import day_in_words
from app.letters.letter import Letter
from app.letters.page import Addressed, document
from app.letters.pdf import pdf_of
from app.letters.template import template
from app.waivers.outgoing import corrected_letter, withdrawn_letter
from tests.api.asking import CLOSED, pointers, problem
from tests.audit import AuditTrail
from tests.callers import ORGANIZATION, client_of
from tests.letters.test_printing import NAMED_SKIPS, TO, pango, squeezed, text_of
from tests.people.test_waiver_desk import unique_reference
from tests.waivers.asking import INCOMPLETE, entered, reviewer, step
from tests.waivers.test_corrections import another, approve, propose
from tests.waivers.test_deciding import (
    SUPPORTED,
    WAY_IN,
    claimed,
    decide,
    grant,
    needless,
    rationale,
)

__all__ = ["pango"]
DAY = clock.today() + timedelta(days=14)
OWN = {"reason": "own_choice", "text": "I had no money."}
Requests = Mapping[str, Any]


@pytest.fixture(scope="module")
def requests(app: Flask) -> Requests:
    """A request for each kind of letter, in the state after its step."""
    client, office = client_of(app), reviewer(app)
    made = {
        "missing": entered(client, **{**INCOMPLETE, "sworn": None, "subject": unique_reference()}),
        "withdrawn": entered(client, subject=unique_reference()),
        "granted": claimed(client, office, subject=unique_reference(), facts=SUPPORTED),
        "denied": claimed(
            client, office, subject=unique_reference(), circumstances=OWN, facts=SUPPORTED
        ),
    }
    asked = {"missing": ["proof", "authority"], "remind_on": str(DAY)}
    assert 200 == step(office, made["missing"], "ask-for-missing", **asked).status_code
    said = {"said_by": "representative", "said_on": "2012-03-05"}
    assert 200 == step(client, made["withdrawn"], "withdraw", **said).status_code
    grant(office, made["granted"])
    remarks = rationale(office, made["denied"], "deny")
    relied = next(each for each in remarks if each["says"] == "relied_on")
    relied |= {"says": "contradicted_by", "paper": 1}
    done = decide(office, made["denied"], "deny", rationale=remarks)
    assert 200 == done.status_code, done.get_json()
    chief = client_of(app, "opp_supervisor", "opp")
    made["corrected"] = claimed(client, office, subject=unique_reference(), facts=SUPPORTED)
    grant(office, made["corrected"])
    proposed = propose(chief, made["corrected"])
    assert 200 == approve(another(app), proposed).status_code
    made["not needed"] = claimed(client, office, subject=unique_reference(), **needless())
    assert 200 == step(office, made["not needed"], "not-needed", 2, way_in=WAY_IN).status_code
    return made


def letter_of(client: FlaskClient, request: Any, query: str = "") -> Letter:
    answer = client.get(f"{request['href']}/letter?{query}")
    assert 200 == answer.status_code, answer.get_json()
    return msgspec.convert(answer.get_json()["letter"], Letter)


def says(letter: Letter) -> str:
    return letter.sections[0].heading.english


def section(letter: Letter, name: str) -> list[str]:
    return [line.english for each in letter.sections if each.name == name for line in each.lines]


def test_a_letter_says_which_papers_are_missing_and_by_when(app: Flask, requests: Requests) -> None:
    letter = letter_of(client_of(app), requests["missing"])

    assert "Your request for an enrollment waiver is not complete yet." == says(letter)
    intro, *papers = section(letter, "do")
    assert intro.endswith(f"by {day_in_words(DAY)}:")
    told = client_of(app).get(requests["missing"]["href"]).get_json()
    words = template().of_desk
    assert [words[f"missing-{kind}"] for kind in told["missing"]] == papers
    assert {"denial_notice", "sworn_statement", "proof", "authority"} == set(told["missing"])


def test_a_letter_says_exactly_what_is_missing(app: Flask) -> None:
    client, office = client_of(app), reviewer(app)
    request = entered(client, subject=unique_reference())
    asked = {"missing": ["proof", "form"], "remind_on": str(DAY)}
    wrong = step(office, request, "ask-for-missing", exactly=["notice_day"], **asked)
    assert (422, {"/exactly"}) == (wrong.status_code, pointers(wrong))
    codes = ["proof_of_end", "proof_of_reason"]
    done = step(office, request, "ask-for-missing", exactly=codes, note="Which plant?", **asked)
    assert 200 == done.status_code, done.get_json()
    _, *papers = section(letter_of(client, request), "do")

    words = template().of_desk
    told = [words["exactly-proof_of_end"], words["exactly-proof_of_reason"], words["missing-form"]]
    assert told == papers
    assert "Which plant?" not in str(papers)


def test_a_letter_says_who_withdrew_a_request_and_until_when_one_can_ask_again(
    app: Flask, requests: Requests
) -> None:
    client = client_of(app)
    letter = letter_of(client, requests["withdrawn"])
    clocks = client.get(requests["withdrawn"]["href"]).get_json()["clocks"]
    last_day = next(date.fromisoformat(c["last_day"]) for c in clocks if c["clock"] == "ask")

    assert "Your request for an enrollment waiver is withdrawn." == says(letter)
    assert "Your representative told us so on March 5, 2012." in section(letter, "action")
    assert any(f"was {day_in_words(last_day)}." in each for each in section(letter, "do"))


def test_no_last_day_is_invented_where_the_denial_came_on_an_unknown_day() -> None:
    days = {"said_on": date(2012, 3, 5), "today": date(2012, 3, 6)}
    unknown = withdrawn_letter("applicant", last_day=None, **days)
    known = withdrawn_letter("applicant", last_day=date(2012, 3, 21), **days)

    assert len(known) == len(unknown) + 1
    assert any("send a new request" in each.says for each in known)
    assert not any("last day" in each.says or "by March" in each.says for each in unknown)


def test_a_decision_gives_first_what_it_relies_on_and_last_what_is_open(
    app: Flask, requests: Requests
) -> None:
    granted = letter_of(client_of(app), requests["granted"])
    denied = letter_of(client_of(app), requests["denied"])
    open_at = [each.endswith("because no paper shows it.") for each in section(granted, "why")]

    assert open_at == sorted(open_at) and {True, False} == set(open_at)
    assert any(each.endswith("shows something else.") for each in section(denied, "why"))
    assert any("no law that lets you appeal" in each for each in section(denied, "do"))
    assert section(granted, "do")[0].startswith("Tell the carrier")


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_each_letter_keeps_to_its_pages_and_reads_in_its_order(
    app: Flask, requests: Requests, tmp_path: Path, language: str, large: bool
) -> None:
    service: Service = app.extensions["eligibility"]
    query = f"language={language}&large_print={str(large).lower()}"
    letters = [Addressed(letter_of(client_of(app), each, query), TO) for each in requests.values()]
    pdf = pdf_of(letters, service.languages.statements)
    pages = text_of(pdf, tmp_path)
    report = pdfua.validate(tmp_path / "letter.pdf")
    skipped = {each.rule_id for each in report.outcomes if each.skipped_reason}
    shown = document(letters, service.languages.statements).partition("<body>")[2]
    begins = [n for n, page in enumerate(pages) if page.startswith(TO.name)]

    assert ((), set()) == (report.findings, skipped - NAMED_SKIPS)
    assert len(letters) == len(begins)
    most = (3 if language == "es" else 2) if large else 1  # English stands beside Spanish
    allowed = set(range(1, most + 1))
    ends = [*begins[1:], len(pikepdf.open(io.BytesIO(pdf)).pages)]
    assert {end - begin for begin, end in zip(begins, ends, strict=True)} <= allowed
    for one, article in zip(begins, shown.split("<article")[1:], strict=True):
        whole = squeezed("".join(pages[one:])).partition("Helpwithlang")[0]
        said = article.partition(">")[2].partition('<ul class="letter-statements">')[0]
        assert squeezed(unescape(re.sub(r"<[^>]*>", "", said))) == whole


def test_each_sentence_of_the_desk_is_said_in_spanish(app: Flask, requests: Requests) -> None:
    """What stays in English are sentences of the law that nobody translated yet."""
    catalogue = app.extensions["eligibility"].languages.catalogue("es")
    for kind, request in requests.items():
        letter = letter_of(client_of(app), request, "language=es")
        alone = [line.english for line in letter.lines if line.text is None]
        assert all(each.startswith("“Not stated: ") for each in alone), kind
        assert letter.is_beside
    assert all(catalogue.find(each) for each in template().of_desk.values())


def test_a_letter_is_made_listed_printed_sent_and_comes_back(
    app: Flask, requests: Requests
) -> None:
    office, trail = reviewer(app), AuditTrail(app.extensions["eligibility"].store)
    for request in requests.values():
        path, key = f"{request['href']}/letters", {"Idempotency-Key": unique_reference()}
        made = [office.post(path, json={"language": "es"}, headers=key) for _ in range(2)]
        assert [201, 201] == [each.status_code for each in made], made[0].get_json()
        assert made[0].get_json() == made[1].get_json()
        head = made[0].get_json()
        assert ("waiver", request["id"]) == (head["kind"], head["object_id"])
        shown = letter_of(office, request, "language=es")
        address = made[0].headers["Location"]
        kept = office.get(address).get_json()
        assert shown == msgspec.convert(kept["letter"], Letter)
        for reader in (office, client_of(app)):
            waiting = reader.post("/v1/letters/search", json={"to_send": True}).get_json()
            assert head["id"] in [each["id"] for each in waiting["letters"]]
        sent = office.post(f"{address}/sent", headers={"If-Match": '"1"'})
        back = office.post(f"{address}/came-back", headers={"If-Match": sent.headers["ETag"]})
        assert str(clock.today()) == back.get_json()["came_back_on"]
    assert 201 == office.post(path).status_code
    assert "application/pdf" == office.get("/v1/letters/to-send").content_type
    actions = [action for action, _ in trail.outcomes()]
    assert len(requests) == actions.count("letter.made") - 1 == actions.count("letter.sent")


def test_the_letter_of_an_earlier_step_stays(app: Flask) -> None:
    client, office = client_of(app), reviewer(app)
    request = entered(client, **{**INCOMPLETE, "sworn": None, "subject": unique_reference()})
    assert (404, "no-letter") == problem(client.get(f"{request['href']}/letter"))
    step(office, request, "ask-for-missing", missing=["proof"], remind_on=str(DAY))
    said = {"said_by": "other", "said_on": str(clock.today()), "note": "Her son called."}
    step(client, request, "withdraw", 2, **said)

    assert "withdrawn" in says(letter_of(client, request))
    assert "not complete" in says(letter_of(client, request, "step=2"))
    assert (404, "no-letter") == problem(client.get(f"{request['href']}/letter?step=1"))
    made = client.post(f"{request['href']}/letters", json={"step": 2}).get_json()
    kept = client.get(made["href"]).get_json()
    assert "not complete" in says(msgspec.convert(kept["letter"], Letter))


def test_a_correction_and_another_way_in_say_what_counts(app: Flask, requests: Requests) -> None:
    corrected = letter_of(client_of(app), requests["corrected"])
    not_needed = letter_of(client_of(app), requests["not needed"])

    assert says(corrected).endswith("corrected its decision on your waiver request.")
    denied, replaces = section(corrected, "action")
    assert "denied your request" in denied and "takes the place" in replaces
    back = [each.says for each in corrected_letter("granted") if each.section == "do"]
    assert "Tell the carrier" in back[0] and "counts from the day" in back[1]
    assert "You need no enrollment waiver." == says(not_needed)
    assert section(not_needed, "do")[0].startswith("You can enroll in another way: ")


def test_letters_are_made_by_the_office_that_entered_it_and_by_the_reviewers(
    app: Flask, requests: Requests
) -> None:
    path = f"{requests['granted']['href']}/letters"
    elsewhere = client_of(app, "supervisor", "office-2")
    assert (404, "unknown-waiver-request") == problem(elsewhere.post(path))
    for role, organization in (("supervisor", ORGANIZATION), ("opp_supervisor", "opp")):
        assert 201 == client_of(app, role, organization).post(path).status_code
    denial = client_of(app, "supervisor", "denial-office")
    asked = {**CLOSED, "subject": "member-1"}
    id = denial.post("/v1/determinations", json=asked).get_json()["id"]
    named = {"determination": id, "received_on": "2012-02-20"}
    request = claimed(client_of(app), reviewer(app), subject=unique_reference(), denial=named)
    grant(reviewer(app), request)
    assert 200 == denial.get(f"{request['href']}/letter").status_code
    assert (403, "forbidden") == problem(denial.post(f"{request['href']}/letters"))


def test_a_quoted_sentence_of_several_is_said_whole(app: Flask) -> None:
    speech = app.extensions["eligibility"].languages.speech("es")
    inner = "This answer is for May 3, 2012. You do not have to do anything now."
    said = speech.say(f"“{inner}” The Office left this open, because no paper shows it.")

    assert said is not None
    assert said.text.startswith("“Esta respuesta es para el 3 de mayo de 2012. No tiene que")
    assert said.text.endswith("porque ningún documento lo muestra.")
