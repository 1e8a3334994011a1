"""Everything that is kept of one person, as one file, and nothing of anybody else."""

from flask import Flask

from tests.api.asking import CLOSED
from tests.callers import client_of

NAME = {"subject": "file-1", "name": "Zora Quill", "born_on": "1980-02-29"}
WAIVER = {
    "carrier": {"name": "A carrier"},
    "denial": {"received_on": "2011-02-20"},
    "received_on": "2011-02-25",
    "received_by": "mail",
    "entered_for": {"who": "applicant"},
    "circumstances": {"reason": "no_choice", "text": "The mill closed."},
}


def test_the_file_has_everything_of_the_person_and_nothing_of_others(app: Flask) -> None:
    worker = client_of(app)
    assert 201 == worker.post("/v1/applicants", json=NAME).status_code
    ids = [
        worker.post("/v1/determinations", json={**CLOSED, "subject": subject}).get_json()["id"]
        for subject in ("file-1", "file-1", "file-2")
    ]
    note = {"about_kind": "applicant", "about": "file-1", "text": "She called."}
    assert 201 == worker.post("/v1/notes", json=note).status_code
    assert 201 == worker.post(f"/v1/determinations/{ids[0]}/letters", json={}).status_code
    for subject in ("file-1", "file-2"):
        sent = worker.post("/v1/waiver-requests", json={**WAIVER, "subject": subject})
        assert 201 == sent.status_code, sent.get_json()
        about = {"about_kind": "waiver", "about": sent.get_json()["id"]}
        assert 201 == worker.post("/v1/notes", json={**about, "text": subject}).status_code

    file = worker.get("/v1/applicants/file-1/file")
    kept = file.get_json()

    assert "attachment" in file.headers["Content-Disposition"]
    assert "Zora Quill" == kept["applicant"]["name"]
    assert ids[:2] == [each["id"] for each in kept["determinations"]]
    assert ["She called.", "file-1"] == [each["text"] for each in kept["notes"]]
    assert [ids[0]] == [each["object_id"] for each in kept["letters"]]
    assert ["file-1"] == [each["subject"] for each in kept["waiver_requests"]]
    (request,) = kept["waiver_requests"]
    assert ["circumstances"] == request["steps"][0]["withheld"]
    assert "The mill closed." not in file.get_data(as_text=True)  # the Office alone reads it


def test_another_organization_and_another_role_get_nothing(app: Flask) -> None:
    worker = client_of(app)
    worker.post("/v1/applicants", json={**NAME, "subject": "file-9", "despite_duplicate": True})

    assert (
        404
        == client_of(app, organization="elsewhere").get("/v1/applicants/file-9/file").status_code
    )
    assert 403 == client_of(app, "auditor", None).get("/v1/applicants/file-9/file").status_code
