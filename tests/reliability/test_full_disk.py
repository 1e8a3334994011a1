"""The disk of an SQLite database is full: nothing half is kept, what needs no writing is answered,
and room is enough to go on.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import require
from tests.reliability.kept import counted, opened, require_sound
from tests.reliability.load import PATH, send_under
from tests.servers import Answer, Served, served, wait_until

pytestmark = pytest.mark.slow

BATCH = {"Content-Type": "application/jsonl", "Idempotency-Key": "b-1"}
TWO_LINES = b'{"question": "enrollment.permitted"}\n' * 2
ROOM = 3 * 1024 * 1024
MOST = 2000
"""More determinations than there is room for."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for some hundred determinations."""
    require(os.getuid() == 0, "only root may mount a file system: run the tests as root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder], capture_output=True
    )
    require(mounted.returncode == 0, "mounting a file system is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def until_it_is_full(server: Served) -> tuple[dict[str, bytes], Answer]:
    """Ask for one determination after another; those that were kept, and the first refusal."""
    kept: dict[str, bytes] = {}
    for number in range(MOST):
        answer = send_under(server, f"k-{number}")
        if answer[0] != 201:
            return kept, answer
        kept[f"k-{number}"] = answer[2]
    raise AssertionError("there was room for everything")


def test_a_full_disk_refuses_keeps_nothing_half_and_recovers(
    small_disk: Path, tmp_path: Path
) -> None:
    database_url = f"sqlite:///{small_disk / 'kept.sqlite'}"
    with served(
        tmp_path, DATABASE_URL=database_url, ELIGIBILITY_CHECKPOINTS=str(tmp_path / "checkpoints")
    ) as server:
        ballast = small_disk / "ballast"
        server.key()
        server.key("administrator")
        ballast.write_bytes(bytes(ROOM // 4))
        kept, (status, headers, body) = until_it_is_full(server)

        problem = json.loads(body)
        assert (507, "/problems/records-full") == (status, problem["type"])
        assert "application/problem+json" == headers["content-type"]
        assert 1 <= int(headers["retry-after"])
        for key, text in list(kept.items())[:5]:
            assert text == send_under(server, key)[2]
        assert 200 == server.send("GET", "/v1/accounts", role="administrator")[0]
        read = [
            server.send("GET", f"/v1/determinations/{json.loads(text)['id']}")
            for text in list(kept.values())[:20]
        ]
        require_told_or_refused(read, list(kept.values()))
        told = [
            json.loads(line)
            for line in server.send("POST", f"{PATH}/batch", TWO_LINES, BATCH)[2].splitlines()
        ]
        fitted = ["determination" in line for line in told]
        assert fitted in ([True, True], [False, False])  # small ones may still fit
        assert {507} >= {line["problem"]["status"] for line in told if "problem" in line}

        ballast.unlink()
        again = f"k-{len(kept)}"
        wait_until(lambda: 201 == send_under(server, again)[0])
        kept[again] = send_under(server, again)[2]
        status, _, body = server.send("GET", f"/v1/determinations/{json.loads(text)['id']}")
        assert (200, text) == (status, body)

    store = opened(database_url)
    assert (
        len(kept) + sum(fitted)
        == counted(store)["determinations"]
        == counted(store)["idempotency_records"]
    )
    require_sound(store)
    store.close()


def require_told_or_refused(answers: list[Answer], texts: list[bytes]) -> None:
    """Whoever reads a person's determination is entered in the audit trail first.

    Where that does not fit, nothing is told.
    """
    for (status, _, body), text in zip(answers, texts, strict=False):
        assert (200, text) == (status, body) or (507, "/problems/records-full") == (
            status,
            json.loads(body)["type"],
        )
