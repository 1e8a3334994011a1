"""A lawbook that was kept spares the reading where everything is as it was, and is not looked at
where anything is not.
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml.scanner import Scanner

from app.law.errors import UnsoundLaw
from app.law.lawbook import Lawbook
from app.law.reading import kept_lawbook
from app.law.reading.kept_lawbook import AT_MOST, open_kept_lawbook
from app.law.reading.library import open_lawbook
from tests.law.small_law import FILES, write_law

ROOT = Path(__file__).resolve().parent.parent.parent
GROWN = FILES["people/grown.yaml"]
Open = Callable[[], bool]


@pytest.fixture
def rulesets(tmp_path: Path) -> Path:
    return write_law(tmp_path)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "lawbooks"


@pytest.fixture
def scanners(monkeypatch: pytest.MonkeyPatch) -> set[Scanner]:
    """What has scanned YAML so far."""
    scanners = set()
    begin = Scanner.fetch_stream_start
    monkeypatch.setattr(
        Scanner, "fetch_stream_start", lambda scanner: (scanners.add(scanner), begin(scanner))
    )
    return scanners


@pytest.fixture
def reads(rulesets: Path, kept: Path, scanners: set[Scanner]) -> Open:
    """Opens the law and tells whether YAML was read for it; it is the same law either way."""

    def open_it() -> bool:
        scanners.clear()
        opened, is_read = open_kept_lawbook(rulesets, kept), bool(scanners)
        assert told(open_lawbook(rulesets)) == told(opened)
        return is_read

    return open_it


def told(law: Lawbook) -> tuple[object, ...]:
    return (
        law.provisions, list(law.vocabulary), law.questions, law.calendars, law.editions, law.texts,
        law.digest, {id: provision.places for id, provision in law.provisions.items()},
    )  # fmt: skip


def the_only(kept: Path) -> Path:
    [file] = kept.iterdir()
    return file


def test_a_law_is_read_once(reads: Open) -> None:
    assert [True, False, False] == [reads(), reads(), reads()]


def test_the_law_of_the_repository_is_kept_whole(kept: Path, scanners: set[Scanner]) -> None:
    read = open_kept_lawbook(ROOT / "rulesets", kept)
    scanners.clear()

    again = open_kept_lawbook(ROOT / "rulesets", kept)

    assert not scanners
    assert told(read) == told(again)


def test_what_is_kept_is_this_users_alone(reads: Open, kept: Path) -> None:
    before = os.umask(0)
    try:
        reads()
    finally:
        os.umask(before)

    assert 0o700 == kept.stat().st_mode & 0o777
    assert 0o600 == the_only(kept).stat().st_mode & 0o777


def test_nothing_is_kept_where_no_folder_is_named(rulesets: Path, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))

    open_kept_lawbook(rulesets, None)

    assert before == set(tmp_path.rglob("*"))


# --- another law, another program ---


def test_another_text_is_read(reads: Open, rulesets: Path) -> None:
    reads()
    (rulesets / "people" / "grown.yaml").write_text(GROWN.replace("known to", "seen by"))

    assert [True, False] == [reads(), reads()]


def test_another_file_is_read(reads: Open, rulesets: Path) -> None:
    reads()
    again = GROWN.replace("people/grown", "people/again")
    (rulesets / "people" / "again.yaml").write_text(again[: again.index("introduces:")])

    assert reads()


def test_a_law_that_became_unsound_is_refused(reads: Open, rulesets: Path, kept: Path) -> None:
    reads()
    (rulesets / "people" / "grown.yaml").write_bytes(b"\xff")

    with pytest.raises(UnsoundLaw):
        open_kept_lawbook(rulesets, kept)


def test_the_same_law_in_a_folder_of_another_name_is_read(
    reads: Open, rulesets: Path, kept: Path
) -> None:
    reads()
    elsewhere = rulesets.rename(rulesets.with_name("elsewhere"))

    law = open_kept_lawbook(elsewhere, kept)

    assert "elsewhere/people/grown.yaml" == law.provisions["people/grown"].places.start.file


def test_another_program_reads_again(
    reads: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads()
    program = tmp_path / "law"
    program.mkdir()
    monkeypatch.setattr(kept_lawbook, "__file__", str(program / "kept_lawbook.py"))
    for text in ("A = 1\n", "A = 2\n"):
        (program / "reader.py").write_text(text)
        assert [True, False] == [reads(), reads()]


def test_another_python_reads_again(reads: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    reads()
    monkeypatch.setattr(sys, "version", f"{sys.version} of tomorrow")

    assert reads()


def test_only_the_last_few_are_kept(reads: Open, rulesets: Path, kept: Path) -> None:
    for number in range(AT_MOST + 2):
        (rulesets / "people" / "grown.yaml").write_text(f"{GROWN}# {number}\n")
        assert reads()

    assert AT_MOST == len(list(kept.iterdir()))
    assert not reads()


# --- damaged, or somebody else's ---


class _Runs:
    """Runs something of the operating system when it is made from its pickle."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("run-by-a-pickle",)


def with_digest(pickled: bytes) -> bytes:
    return hashlib.sha256(pickled).digest() + pickled


def dotted(module: str, name: str) -> bytes:
    """A pickle of something that a module of ours imports."""
    return b"\x80\x04" + b"".join(
        b"\x8c" + bytes([len(part)]) + part.encode() for part in (module, name)
    ) + b"\x93."  # fmt: skip


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content.replace(b"eighteen", b"sixteen!"),
        lambda content: with_digest(b""),
        lambda content: with_digest(b"no pickle"),
        lambda content: with_digest(content[32:-1]),
        lambda content: with_digest(pickle.dumps({"a": "lawbook?"})),
        lambda content: with_digest(pickle.dumps(_Runs())),
        lambda content: with_digest(dotted("app.law.lawbook", "hashlib.sha256")),
        lambda content: with_digest(dotted("app.law.reading.kept_lawbook", "Path")),
        lambda content: with_digest(dotted("app.law.nowhere", "Lawbook")),
    ],
    ids=[
        "empty", "cut off", "little left", "changed", "nothing", "no pickle", "half a pickle",
        "no lawbook", "a program", "what a module imports", "a class it imports", "no module",
    ],
)  # fmt: skip
def test_what_is_damaged_is_read_again(
    reads: Open, kept: Path, damaged: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads()
    monkeypatch.chdir(kept.parent)
    the_only(kept).write_bytes(damaged(the_only(kept).read_bytes()))

    assert [True, False] == [reads(), reads()]
    assert not Path("run-by-a-pickle").exists()


def test_a_file_that_others_may_read_or_write_is_not_looked_at(reads: Open, kept: Path) -> None:
    reads()
    the_only(kept).chmod(0o640)

    assert [True, False] == [reads(), reads()]


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707])
def test_a_folder_that_others_may_enter_is_not_used(reads: Open, kept: Path, mode: int) -> None:
    reads()
    kept.chmod(mode)
    before = the_only(kept).read_bytes()

    assert [True, True] == [reads(), reads()]
    assert before == the_only(kept).read_bytes()


def test_what_belongs_to_somebody_else_is_not_used(
    reads: Open, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads()
    monkeypatch.setattr(os, "geteuid", lambda: kept.stat().st_uid + 1)

    assert [True, True] == [reads(), reads()]


def test_a_link_is_followed_neither_to_a_folder_nor_to_a_file(reads: Open, kept: Path) -> None:
    reads()
    moved = kept.rename(kept.with_name("moved"))
    kept.symlink_to(moved)
    assert [True, True] == [reads(), reads()]

    kept.unlink()
    kept.mkdir(mode=0o700)
    (kept / the_only(moved).name).symlink_to(the_only(moved))
    assert [True, False] == [reads(), reads()]
    assert not the_only(kept).is_symlink()


def test_where_no_folder_can_be_made_the_law_is_read(reads: Open, kept: Path) -> None:
    kept.parent.write_text("in the way")

    assert [True, True] == [reads(), reads()]


def test_a_pipe_in_its_place_is_not_waited_for(reads: Open, kept: Path) -> None:
    reads()
    file = the_only(kept)
    file.unlink()
    os.mkfifo(file, 0o600)

    assert [True, False] == [reads(), reads()]
