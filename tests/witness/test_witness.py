"""A witness signs what goes on from the last head it signed, and only that changes its memory."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest
from flask.testing import FlaskClient

from app.transparency.checkpoints import Checkpoint
from app.transparency.keys import COSIGNATURE, ED25519, cosigned_at
from app.transparency.notes import read_signatures, signed, trusted, with_signatures
from app.transparency.tree import consistency_proof
from app.witness.memory import last_head, prepare
from app.witness.serving import BYTES_AT_MOST, witness_app
from app.witness.submissions import Submission, read_submission
from app.witness.witness import Answer, Witness
from tests.transparency.grown import Grown, fixed_key

LOG = fixed_key("eligibility.example/log", ED25519)
KEY = fixed_key("carrier.example/witness", COSIGNATURE)
NOW = 1_700_000_000
GROWN, FORK = Grown(300), Grown(300, "another ")


def submission(old: int, new: int, grown: Grown = GROWN) -> Submission:
    """What the log sends when it grew."""
    note = signed(Checkpoint(LOG.name, new, grown.root(new)).text(), LOG)
    path = consistency_proof(grown.subtree(new), old, new) if old <= new else []
    return Submission(old, path, note)


def sent(witness: Witness, what: Submission) -> Answer:
    return witness.answer(what.written().encode(), NOW)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """A witness that has signed the head of 100 entries."""
    made = Witness(KEY, [LOG.public], tmp_path / "witness.sqlite")
    prepare(made.memory)
    assert sent(made, submission(0, 100)).status == 200
    return made


def test_a_head_is_signed_with_the_time(witness: Witness) -> None:
    asked = submission(100, 250)
    answer = sent(witness, asked)

    assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8")
    whole = with_signatures(asked.note, read_signatures(answer.content.encode()))
    [(key, line)] = trusted(whole, [KEY.public])
    assert key == KEY.public
    assert cosigned_at(line.signature) == NOW
    assert last_head(witness.memory, LOG.name).size == 250


def test_the_same_head_is_signed_again(witness: Witness) -> None:
    assert sent(witness, submission(100, 100)).status == 200


def test_a_submission_is_read_as_it_is_written() -> None:
    asked = submission(100, 250)
    assert read_submission(asked.written().encode()) == asked


STRANGER = fixed_key(LOG.name + "x", ED25519)
ELSEWHERE = signed(Checkpoint("other.example/log", 250, bytes(32)).text(), LOG)
REFUSED = {
    "an unknown log": (replace(submission(100, 250), note=ELSEWHERE), 404, None),
    "a signature of a stranger": (
        replace(submission(100, 250), note=signed(submission(100, 250).note.text, STRANGER)),
        403,
        None,
    ),
    "a signature of another text": (
        replace(
            submission(100, 250),
            note=replace(submission(100, 250).note, text=submission(100, 251).note.text),
        ),
        403,
        None,
    ),
    "an old size above the new one": (submission(100, 99), 400, None),
    "an old size below its own": (submission(99, 250), 409, "100\n"),
    "an old size above its own": (submission(101, 250), 409, "100\n"),
    "no old size": (submission(0, 250), 409, "100\n"),
    "another root of its size": (submission(100, 100, FORK), 409, "100\n"),
    "another history": (submission(100, 250, FORK), 422, None),
    "no proof": (replace(submission(100, 250), path=[]), 422, None),
    "more than a proof": (replace(submission(100, 100), path=[bytes(32)]), 422, None),
    "a proof of other sizes": (
        replace(submission(100, 250), path=submission(101, 250).path),
        422,
        None,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_leaves_the_memory_as_it_was(witness: Witness, case: str) -> None:
    asked, status, content = REFUSED[case]
    before = witness.memory.read_bytes()
    answer = sent(witness, asked)

    assert answer.status == status
    assert "—" not in answer.content
    if content is not None:
        assert (answer.content, answer.content_type) == (content, "text/x.tlog.size")
    assert witness.memory.read_bytes() == before


def test_any_byte_changed_of_a_submission_is_refused(witness: Witness) -> None:
    whole, before = submission(100, 250).written().encode(), witness.memory.read_bytes()
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert witness.answer(changed, NOW).status in (400, 403, 404, 409, 422)
    assert witness.memory.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"old 100\n", b"new 100\n\n", b"old 1\xff\n\n", b"old 1\n" + b"AA\n" * 64]
)
def test_what_is_no_submission_is_refused(witness: Witness, content: bytes) -> None:
    assert witness.answer(content, NOW).status == 400


def test_a_signature_from_before_is_no_excuse_for_a_fork(witness: Witness) -> None:
    """Neither an old head that it signed itself, nor a fork that bears its signature."""
    old = submission(100, 100)
    own = read_signatures(sent(witness, old).content.encode())
    assert sent(witness, submission(100, 250)).status == 200

    assert sent(witness, replace(old, note=with_signatures(old.note, own))).content == "250\n"
    fork = submission(250, 300, FORK)
    bearing = with_signatures(fork.note, own)
    assert sent(witness, replace(fork, note=bearing)).status == 422
    assert last_head(witness.memory, LOG.name).root == GROWN.root(250)


def test_two_histories_submitted_at_once_get_one_signature(tmp_path: Path) -> None:
    """Thirty times, from one empty memory each, eight threads."""
    with ThreadPoolExecutor(8) as threads:
        for round in range(30):
            witness = Witness(KEY, [LOG.public], tmp_path / f"{round}.sqlite")
            prepare(witness.memory)
            asked = [submission(0, 100 + i, (GROWN, FORK)[i % 2]) for i in range(8)]
            answers = list(threads.map(lambda each, at=witness: sent(at, each), asked))

            [won] = [i for i, answer in enumerate(answers) if answer.status == 200]
            assert {answer.status for answer in answers} == {200, 409}
            assert last_head(witness.memory, LOG.name).size == 100 + won


def killed_at(event: int, witness: Witness, told: int) -> None:
    """In a process of its own: submit, and die at a call or return in the memory, or before it
    signs. That it signs is written to *told*.
    """
    left = event

    def count(frame: FrameType, kind: str, called: object) -> None:
        nonlocal left
        signs = kind == "call" and frame.f_code.co_name == "cosignature"
        if signs:
            os.write(told, b"signs")
        left -= signs or frame.f_code.co_filename.endswith("memory.py")
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    body = submission(100, 250).written().encode()
    sys.setprofile(count)
    witness.answer(body, NOW)
    sys.setprofile(None)


def events_of(witness: Witness) -> Iterator[tuple[int, bytes, bool]]:
    """Kill a process at each event; give how it ended, what it had told, and whether it was
    killed.
    """
    event, killed = 0, True
    while killed:
        event += 1
        reading, told = os.pipe()
        child = os.fork()
        if child == 0:
            killed_at(event, witness, told)
            os._exit(0)
        os.close(told)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        yield event, said, killed


def test_killed_at_any_point_it_has_stored_what_it_signs(tmp_path: Path) -> None:
    kept = Witness(KEY, [LOG.public], tmp_path / "kept.sqlite")
    prepare(kept.memory)
    assert sent(kept, submission(0, 100)).status == 200
    before, witness = kept.memory.read_bytes(), replace(kept, memory=tmp_path / "w.sqlite")
    witness.memory.write_bytes(before)
    seen = set()
    for event, said, _ in events_of(witness):
        size = last_head(witness.memory, LOG.name).size
        assert size in (100, 250)
        assert size == 250 or not said, f"signed before it was stored, at event {event}"
        assert sent(witness, submission(100, 250, FORK)).status in (409, 422)
        seen.add((size, bool(said)))
        witness.memory.with_name("w.sqlite-journal").unlink(missing_ok=True)
        witness.memory.write_bytes(before)

    assert seen == {(100, False), (250, False), (250, True)}


def test_a_memory_that_is_none_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "memory").write_bytes(b"not a database, but long enough for one" * 100)
    witness = Witness(KEY, [LOG.public], tmp_path / "memory")
    assert sent(witness, submission(0, 100)).status == 503


@pytest.fixture
def client(witness: Witness) -> FlaskClient:
    return witness_app(witness, lambda: NOW).test_client()


def test_over_http_it_answers_alike(client: FlaskClient) -> None:
    answer = client.post("/add-checkpoint", data=submission(100, 250).written())
    assert answer.status_code == 200
    assert answer.text.startswith(f"— {KEY.name} ")
    again = client.post("/add-checkpoint", data=submission(100, 250).written())
    assert (again.status_code, again.text) == (409, "250\n")
    assert again.content_type == "text/x.tlog.size"
    assert client.get("/").text == f"{KEY.public}\n"


def test_over_http_only_submissions_of_a_size_are_read(client: FlaskClient) -> None:
    assert client.post("/add-checkpoint", data=b"o" * (BYTES_AT_MOST + 1)).status_code == 413
    assert client.get("/add-checkpoint").status_code == 405
