"""Through how many files of app/ one warm request goes, and how often it moves between them.

    make trace                  one brief determination, not kept
    make trace ARGS=--calls     every move too, in order

A move is a call from a function in one file to a function in another, with what is not ours left
out between them; the way back is not counted. It reports and never asserts.
"""

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask.testing import FlaskClient  # noqa: E402

from app.factory import create_app  # noqa: E402
from app.settings import Settings  # noqa: E402
from bench.applications import Applications  # noqa: E402
from tests.callers import client_of  # noqa: E402

PATH = "/v1/determinations?keep=false&detail=brief"
WARM_UP = 20
APP = f"{ROOT / 'app'}/"
AIMED_AT = "aimed at: at most 30 files and 250 moves"


@dataclass
class Trace:
    """What was called while it was watched."""

    calls: Counter[CodeType] = field(default_factory=Counter)
    moves: list[tuple[CodeType, CodeType]] = field(default_factory=list)
    _stack: list[CodeType] = field(default_factory=list)

    def watch(self, frame: FrameType, event: str, _argument: object) -> None:
        """What `sys.setprofile` wants to be called for each call and each return."""
        code = frame.f_code
        if not code.co_filename.startswith(APP):
            return
        if event == "call":
            self.calls[code] += 1
            if self._stack and self._stack[-1].co_filename != code.co_filename:
                self.moves.append((self._stack[-1], code))
            self._stack.append(code)
        elif event == "return" and self._stack:
            self._stack.pop()

    @property
    def files(self) -> Counter[str]:
        """How often something was called in each file."""
        found: Counter[str] = Counter()
        for code, count in self.calls.items():
            found[code.co_filename.removeprefix(APP)] += count
        return found


def traced(client: FlaskClient, bodies: list[bytes]) -> Trace:
    """The last of some requests."""
    trace = Trace()
    for number, body in enumerate(bodies, start=1):
        if number == len(bodies):
            sys.setprofile(trace.watch)
        response = client.post(PATH, data=body, content_type="application/json")
        sys.setprofile(None)
        if response.status_code != 200:
            sys.exit(f"The service answered {response.status_code}: {response.text}")
    return trace


def main() -> None:
    """Trace and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--calls", action="store_true", help="print every move, in order")
    shows_calls: bool = arguments.parse_args().calls
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'trace.sqlite'}",
            instance=Path(folder),
            secret_key="of-this-trace-alone",
        )
        app = create_app(settings)
        app.test_cli_runner().invoke(args=["db", "upgrade"])
        trace = traced(client_of(app), Applications().bodies(WARM_UP))
    into: Counter[str] = Counter()
    for _, called in trace.moves:
        into[called.co_filename.removeprefix(APP)] += 1
    for file, calls in trace.files.most_common():
        print(f"{file:<50}{calls:>6} calls {into[file]:>5} from other files")
    if shows_calls:
        for caller, called in trace.moves:
            here, there = (
                f"{code.co_filename.removeprefix(APP)} {code.co_qualname}"
                for code in (caller, called)
            )
            print(f"{here} → {there}")
    print(
        f"POST {PATH}: {len(trace.files)} files, {len(trace.calls)} functions, "
        f"{len(trace.moves)} moves between files ({AIMED_AT})"
    )


if __name__ == "__main__":
    main()
