"""Does what the README says: starts the service, sends the traced request, reads the answer again,
starts a second time.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.readme import contained, traced_answer, traced_key_file, traced_request  # noqa: E402

PATIENCE_SECONDS = 600


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(port: int) -> Iterator[float]:
    """`make run`, until it is ready; gives the seconds that took, and stops it in the end."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}"], cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL
    )
    try:
        while not is_ready(port):
            if process.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                sys.exit("`make run` did not come up; the reason stands above.")
            time.sleep(0.1)
        yield time.monotonic() - began
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def is_ready(port: int) -> bool:
    """Whether the service says it can decide and keep."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def follow(port: int) -> None:
    """Send the traced request, compare the answer with the README's, read it again."""
    path, body = traced_request()
    bearer = {"Authorization": f"Bearer {traced_key_file().read_text(encoding='ascii').strip()}"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json", **bearer}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        status, location, text = answer.status, answer.headers["Location"], answer.read()
    differing = contained(traced_answer(), json.loads(text))
    if status != 201 or differing:
        sys.exit(
            "\n".join(
                [
                    f"The traced request was answered with {status}, and not as the README shows:",
                    *differing,
                ]
            )
        )
    query = path.partition("?")[2]
    address = f"http://127.0.0.1:{port}{location}?{query}"
    reading = urllib.request.Request(address, headers=bearer)
    with urllib.request.urlopen(reading, timeout=30) as again:
        if again.read() != text:
            sys.exit("The kept determination reads otherwise than it was issued.")


def main() -> None:
    """Start, follow, start again."""
    with served(port := free_port()) as seconds:
        print(f"Ready after {seconds:.1f} seconds.", flush=True)
        follow(port)
    with served(free_port()) as seconds:
        print(f"The second start took {seconds:.1f} seconds.", flush=True)
    if seconds > 60:
        sys.exit("A second start should take seconds: nothing is installed or loaded again.")
    print("The README's request was answered as shown.")


if __name__ == "__main__":
    main()
