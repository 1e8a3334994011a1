"""`python -m app.verify`: what is not as it was sealed is noticed, and what is no packet is told so
in a sentence.
"""

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api.determinations.deciding import decide, load_asked
from app.api.http.service import Service, law_text
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from app.records.database import open_database
from app.records.digests import chain_digest, leaf_hash, record_digest, root_of_proof
from app.records.entries import AuditEntry, NewDetermination
from app.records.migrate import upgrade
from app.records.packets.packets import packet as packet_of
from app.records.store import Store
from app.settings import ROOT, Settings
from app.verify import main, read_packet
from tests.acting import EVERYWHERE
from tests.api.asking import CLOSED
from tests.sealing import seal_everything

Packet = dict[str, Any]
Verify = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, decider: Decider) -> Packet:
    """A packet from a batch of five records."""
    folder = tmp_path_factory.mktemp("packet")
    settings = Settings(database_url=f"sqlite:///{folder / 'records.sqlite'}", instance=folder)
    upgrade(settings)
    store = Store(open_database(settings.database_url), law_text(decider.lawbook))
    here = Service(settings, decider, store, decider.lawbook.default_edition)
    for number in range(2):
        asked = load_asked({**CLOSED, "subject": f"case:{number}"})
        record = decide(
            here, asked, json.dumps({**CLOSED, "subject": f"case:{number}"}), EVERYWHERE, keep=True
        ).record
        assert record is not None
        entry = AuditEntry(
            record.id,
            record.decided_at,
            record.author,
            "determination.made",
            "determination",
            record.id,
            "done",
        )
        store.keep(NewDetermination(record, entry))
    seal_everything(store)
    found = packet_of(store, record.id)
    store.close()
    assert found is not None
    packet = json.loads(found)
    assert isinstance(packet, dict)
    return packet


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Runs the check on a packet, or on bytes as they stand: how it ends, and what it prints."""

    def run(packet: Packet | bytes, *options: str) -> tuple[int, str]:
        file = tmp_path / "packet.json"
        file.write_bytes(packet if isinstance(packet, bytes) else json.dumps(packet).encode())
        return main([str(file), *options]), capsys.readouterr().out

    return run


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value in a packet stands, of the law's texts only a few."""
    if isinstance(value, dict):
        names = list(value)[:3] if path == ("law", "texts") else value
        for name in names:
            yield from places(value[name], (*path, name))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from places(member, (*path, number))
    else:
        yield path


def changed(packet: Packet, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Packet:
    """A copy with one value changed."""
    other = copy.deepcopy(packet)
    at = other
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = change(at[path[-1]])
    return other


def another(value: Any) -> Any:
    """A value of the same type that differs a little."""
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "x"
    if value in ("left", "right"):
        return {"left": "right", "right": "left"}[value]
    return value[:-1] + ("0" if value[-1:] != "0" else "1")


# --- a packet that holds ---


def test_a_sound_packet_holds_line_by_line(verify: Verify, sound: Packet) -> None:
    ended, printed = verify(
        sound, "--root", sound["seal"]["root"], "--chain", sound["seal"]["chain"].upper()
    )

    assert 0 == ended
    assert 8 == printed.count("holds    ")
    assert "FAILS" not in printed


def test_without_a_root_it_says_that_one_is_needed(verify: Verify, sound: Packet) -> None:
    ended, printed = verify(sound)

    assert 5 == ended
    assert "Compare the root above with one from an independent source" in printed


@pytest.mark.parametrize("member", ["sealed_at", "number", "first"])
def test_another_time_number_or_place_of_the_seal_takes_the_chain_to_notice(
    verify: Verify, sound: Packet, member: str
) -> None:
    moved = {"sealed_at": "2023-01-02T03:04:05.678901Z", "number": 2, "first": 11}[member]
    forged = changed(sound, ("seal", member), lambda _: moved)
    if member == "first":
        forged = changed(forged, ("inclusion", "sequence"), lambda sequence: sequence + 10)
    forged = resealed(forged)

    ended, printed = verify(forged, "--root", sound["seal"]["root"])
    assert 5 == ended
    assert "neither the seal's number nor its time" in printed
    assert 3 == verify(forged, "--chain", sound["seal"]["chain"])[0]


@pytest.mark.parametrize("option", ["--root", "--chain"])
def test_another_root_or_link_than_the_one_given_does_not_hold(
    verify: Verify, sound: Packet, option: str
) -> None:
    assert 3 == verify(sound, option, "0" * 64)[0]


def test_it_runs_by_itself_without_the_libraries_of_the_service(
    tmp_path: Path, sound: Packet
) -> None:
    (tmp_path / "packet.json").write_text(json.dumps(sound))
    script = (
        "import sys, runpy\n"
        "sys.argv = ['app.verify', sys.argv[1]]\n"
        "try:\n    runpy.run_module('app.verify', run_name='__main__')\n"
        "except SystemExit as end:\n    ended = end.code\n"
        "loaded = {m for m in ('flask', 'werkzeug', 'sqlalchemy', 'alembic', 'marshmallow', "
        "'sqlite3') if m in sys.modules}\n"
        "print(ended, sorted(loaded))\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "packet.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert "5 []" == run.stdout.splitlines()[-1], run.stdout + run.stderr


def test_no_lawbook_that_the_installation_kept_is_read(
    sound: Packet, tmp_path: Path, lawbook: Lawbook
) -> None:
    assert lawbook.digest == sound["law"]["digest"]  # one was kept for it, see conftest.py
    (tmp_path / "packet.json").write_text(json.dumps(sound), encoding="utf-8")
    script = (
        "import sys; seen = set(); sys.addaudithook(lambda event, _: seen.add(event));"
        "from app.verify import main; ended = main(sys.argv[1:]);"
        "print(ended, 'pickle.find_class' in seen, 'app.law.reading.kept_lawbook' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "packet.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert "5 False False" == run.stdout.splitlines()[-1], run.stdout + run.stderr


# --- one that does not ---


def test_every_member_changed_by_itself_is_noticed(verify: Verify, sound: Packet) -> None:
    unnoticed = [path for path in places(sound) if verify(changed(sound, path, another))[0] == 5]

    assert [] == unnoticed


def test_every_member_left_out_and_every_member_added_is_noticed(
    verify: Verify, sound: Packet
) -> None:
    for path in {place[:n] for place in places(sound) for n in range(1, len(place) + 1)}:
        other = copy.deepcopy(sound)
        at: Any = other
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        assert 5 != verify(other)[0], path
        if isinstance(at, dict):
            at["x"] = at[path[-1]] = "x"
            assert 5 != verify(other)[0], path


def test_what_fails_is_named_and_the_law_is_not_run(verify: Verify, sound: Packet) -> None:
    ended, printed = verify(changed(sound, ("record", "columns", "outcome"), lambda _: "eligible"))

    assert 3 == ended
    assert "FAILS    The record matches its sealed digest" in printed
    assert "FAILS    The document matches the record's columns: outcome" in printed
    assert "skipped  Replay under" in printed


def resealed(packet: Packet) -> Packet:
    """Everything that can be recomputed, recomputed: what a forger would do."""
    record, seal = packet["record"], packet["seal"]
    record["digest"] = record_digest("determination", record["columns"])
    leaf = leaf_hash("determination", record["columns"]["id"], record["digest"])
    seal["root"] = root_of_proof(leaf, packet["inclusion"]["path"])
    sealed_at = read_packet(json.dumps(packet).encode()).record.sealed_at
    seal["chain"] = chain_digest(
        seal["previous"], seal["number"], seal["first"], seal["count"], sealed_at, seal["root"]
    )
    return packet


def test_a_forged_outcome_sealed_anew_is_betrayed_by_the_law(verify: Verify, sound: Packet) -> None:
    forged = changed(sound, ("record", "columns", "outcome"), lambda _: "eligible")
    forged = changed(
        forged,
        ("record", "columns", "document"),
        lambda text: text.replace('"outcome":"ineligible"', '"outcome":"eligible"', 1),
    )

    ended, printed = verify(resealed(forged))

    assert 3 == ended
    assert (
        "FAILS    Replay under the packet's law gives the same result to the byte: the results"
        in printed
    )
    assert "differ at /outcome" in printed


def test_a_forgery_throughout_is_betrayed_by_the_root_kept_elsewhere(
    verify: Verify, sound: Packet
) -> None:
    forged = resealed(changed(sound, ("record", "columns", "author"), lambda _: "key:somebody"))

    assert 5 == verify(forged)[0]
    assert 3 == verify(forged, "--root", sound["seal"]["root"])[0]


@pytest.mark.parametrize(
    "text", ["[" * 5_000 + "]" * 5_000, "provision: x\n"], ids=["deep", "unsound"]
)
def test_law_of_somebody_elses_making_ends_in_a_sentence(
    verify: Verify, sound: Packet, text: str
) -> None:
    from app.law.lawbook import text_digest

    forged = copy.deepcopy(sound)
    forged["law"]["texts"] = {**sound["law"]["texts"], "enrollment/open-periods-2011.yaml": text}
    forged["law"]["digest"] = forged["record"]["columns"]["law_digest"] = text_digest(
        forged["law"]["texts"]
    )
    columns = forged["record"]["columns"]
    columns["document"] = columns["document"].replace(
        sound["law"]["digest"], forged["law"]["digest"]
    )

    ended, printed = verify(resealed(forged))

    assert 3 == ended
    assert "FAILS    Replay under" in printed


# --- what is no packet ---

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"packet",
    "no UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "null": b"null",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a long number": b'{"format": ' + b"9" * 100_000 + b"}",
    "a name twice": b'{"format": 1, "format": 2}',
    "half a surrogate": b'{"format": "\\ud800"}',
    "not a number": b'{"format": NaN}',
    "another format": b'{"format": "x", "how_to_check": "", "record": {}, "law": {}, "inclusion": '
    b'{}, "seal": {}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_packet_is_told_so(verify: Verify, name: str) -> None:
    ended, printed = verify(HOSTILE[name])

    assert 4 == ended
    assert printed.startswith("This is not a packet. ")
    assert 1 == len(printed.splitlines())


WRONG_TYPES: list[Any] = [None, 1, -1, 1.5, True, "x", [], {}, [[]], 10**18, "\u202e\u0000"[:1]]


def test_every_member_of_another_type_is_noticed(verify: Verify, sound: Packet) -> None:
    slim = {
        **sound,
        "law": {**sound["law"], "texts": dict(list(sound["law"]["texts"].items())[:3])},
    }
    for path in {place[:n] for place in places(slim) for n in range(1, len(place) + 1)}:
        for value in WRONG_TYPES:
            other = changed(slim, path, lambda _, value=value: value)
            if other != slim:
                ended, printed = verify(other)
                assert ended in (3, 4), (path, value)
                assert printed


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 4 == main([str(tmp_path / "nothing.json")])
    assert "Cannot read it: No such file or directory." in capsys.readouterr().out


def test_text_of_the_packets_own_does_not_reach_the_terminal_as_commands(
    verify: Verify, sound: Packet
) -> None:
    _, printed = verify(
        changed(sound, ("record", "columns", "question"), lambda _: "x\u001b[2J\u202e\nholds")
    )

    assert "\u001b" not in printed
    assert "\u202e" not in printed
    assert not any(line.startswith("holds\n") or line == "holds" for line in printed.splitlines())


@pytest.mark.parametrize("option", ["--root", "--chain"])
@pytest.mark.parametrize("value", ["zz", "", "0" * 63, "g" * 64])
def test_what_is_no_digest_to_compare_with_is_wrong_use(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["packet.json", option, value])

    assert 2 == ended.value.code
    assert "64 hexadecimal digits" in capsys.readouterr().err
