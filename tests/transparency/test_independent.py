"""Go's own packages for notes and trees believe our proofs, and none of them changed.

The program in `independent/` is built from Debian's packages alone.
"""

import json
import random
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from app.transparency.checkpoints import Checkpoint
from app.transparency.keys import COSIGNATURE, ED25519
from app.transparency.notes import Note, cosignature_line, signed, with_signatures
from app.transparency.proofs import Proof
from app.transparency.tree import consistency_proof, inclusion_proof
from tests.machine import require, require_program
from tests.transparency.grown import Grown, fixed_key

SOURCE = Path(__file__).parent / "independent" / "main.go"
GO_PATH = Path("/usr/share/gocode")
LOG = fixed_key("eligibility.example/log", ED25519)
WITNESS = fixed_key("carrier.example/witness", COSIGNATURE)
SIZE, PROOFS, HEADS = 12_000, 10_000, 100
Ask = Callable[[Iterable[dict[str, object]]], list[str]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Builds the program, and asks it."""
    go = require_program("go")
    require(
        (GO_PATH / "src/golang.org/x/mod/sumdb/note").is_dir(),
        "Go's packages for notes are not installed: apt-get install golang-golang-x-mod-dev",
    )
    folder = tmp_path_factory.mktemp("independent")
    offline = {
        "GO111MODULE": "off",
        "GOPATH": str(GO_PATH),
        "GOCACHE": str(folder / "cache"),
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
    }
    program = folder / "independent"
    subprocess.run([go, "build", "-o", program, SOURCE], check=True, env=offline)

    def asked(questions: Iterable[dict[str, object]]) -> list[str]:
        lines = "".join(f"{json.dumps(question)}\n" for question in questions)
        answered = subprocess.run(
            [program, str(LOG.public), str(WITNESS.public)],
            input=lines,
            check=True,
            text=True,
            capture_output=True,
        )
        return answered.stdout.splitlines()

    return asked


@pytest.fixture(scope="module")
def grown() -> Grown:
    return Grown(SIZE)


def head(grown: Grown, size: int) -> Note:
    """A checkpoint of the tree over so many leaves, signed by the log and the witness."""
    note = signed(Checkpoint(LOG.name, size, grown.root(size)).text(), LOG)
    return with_signatures(note, [cosignature_line(note.text, WITNESS, 1_700_000_000 + size)])


def about(grown: Grown, index: int, note: Note, size: int, **more: object) -> dict[str, object]:
    """The question whether an entry stands in the tree."""
    proof = Proof(index, inclusion_proof(grown.subtree(size), index, size), note)
    told = {"Proof": proof.written().encode(), "Entry": grown.entries[index]}
    return {name: b64encode(content).decode() for name, content in told.items()} | more


def between(grown: Grown, old: int, new: int, **more: object) -> dict[str, object]:
    """The question whether one tree goes on from another."""
    path = consistency_proof(grown.subtree(new), old, new)
    roots = {"OldRoot": grown.root(old), "NewRoot": grown.root(new)}
    hashes = {name: b64encode(root).decode() for name, root in roots.items()}
    steps = [b64encode(step).decode() for step in path]
    return {"Old": old, "New": new, "Path": steps, **hashes, **more}


def test_ten_thousand_proofs_hold(grown: Grown, ask: Ask) -> None:
    chance = random.Random(7)
    sizes = sorted(chance.sample(range(1, SIZE), HEADS))
    notes = {size: head(grown, size) for size in sizes}
    questions = []
    for _ in range(PROOFS):
        size = chance.choice(sizes)
        questions.append(about(grown, chance.randrange(size), notes[size], size))

    assert ask(questions) == ["holds"] * PROOFS


def test_all_consistency_proofs_hold(grown: Grown, ask: Ask) -> None:
    chance = random.Random(8)
    grew = sorted(chance.sample(range(1, SIZE), HEADS))
    pairs = [(old, new) for new in range(1, 70) for old in range(1, new + 1)]
    pairs += [(old, new) for at, new in enumerate(grew) for old in grew[:at]]

    assert ask(between(grown, *pair) for pair in pairs) == ["holds"] * len(pairs)


def test_every_mutation_is_refused(grown: Grown, ask: Ask) -> None:
    chance = random.Random(9)
    whole = head(grown, SIZE)
    asked = [about(grown, 4_711, whole, SIZE, Mutate="byte")]
    asked += [
        about(grown, chance.randrange(SIZE), whole, SIZE, Mutate="line") for _ in range(HEADS)
    ]
    asked += [between(grown, old, SIZE, Mutate="byte") for old in (1, 4_096, 7_777, SIZE)]

    assert ask(asked) == ["holds"] * len(asked)


def test_another_entry_and_another_history_are_refused(grown: Grown, ask: Ask) -> None:
    note = head(grown, 500)
    other = {**about(grown, 3, note, 500), "Entry": b64encode(grown.entries[4]).decode()}
    fork = Grown(600, "another ")
    forked = {**between(fork, 500, 600), "OldRoot": b64encode(grown.root(500)).decode()}
    alone = about(grown, 3, Note(note.text, note.signatures[:1]), 500)

    assert "holds" not in ask([other, forked, alone])
