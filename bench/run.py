"""How many explained determinations a second: in process, and over HTTP beside a view that returns
a constant.

    make bench

It reports and never asserts. Everything stays on this machine. The cases are several hundred
different applications, so that no figure comes from repeating one.
"""

import gc
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from flask import Flask

    from app.determinations.case import Case
    from app.determinations.decide import Decider
    from app.determinations.determination import Determination

QUESTION = "enrollment.permitted"
EDITION = "chapter-288"
CASES = 400
FIRST_TIME_CASES = 2000
SEED = 288
IN_PROCESS_SECONDS = 4.0
ROUNDS = 3
ROUND_SECONDS = 2.0
WARM_UP_SECONDS = 1.5
CLIENTS = 8
LEFT_OUT = 0.1
CONSTANT = "/bench/constant"
PATHS = {
    "constant view": CONSTANT,
    "determination, not kept": "/v1/determinations?keep=false",
    "determination, kept": "/v1/determinations",
}
EVENTS = ("none", "marriage", "new_child", "loss_of_coverage", "moved", "aged_off")
Facts = dict[str, Any]


def applications(count: int = CASES, seed: int = SEED) -> list[Facts]:
    """Different applications of 2011 to 2013, some facts left out as applicants do.

    The same ones in every run.
    """
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        requested_on = date(2011, 1, 1) + timedelta(days=chance.randrange(1096))
        facts: Facts = {
            "applicant.resident": chance.random() < 0.95,
            "applicant.has_medicare": chance.random() < 0.05,
            "employer_plan.available": chance.random() < 0.1,
            "employer_plan.eligible": chance.random() < 0.5,
            "employer_plan.minimum_creditable": chance.random() < 0.5,
            "enrollment.product": "individual_plan" if chance.random() < 0.9 else "dental_plan",
            "enrollment.channel": chance.choice(["carrier", "connector"]),
            "waiver.granted": chance.random() < 0.1,
        }
        if chance.random() < 0.4:
            facts |= {
                "event.kind": chance.choice(EVENTS[1:]),
                "event.occurred_on": _before(requested_on, chance),
            }
        else:
            facts["event.kind"] = EVENTS[0]
        if chance.random() < 0.4:
            facts |= {
                "prior_coverage.ended": True,
                "prior_coverage.creditable": chance.random() < 0.9,
                "prior_coverage.end_reason": "lost",
                "prior_coverage.ended_on": _before(requested_on, chance),
            }
        else:
            facts["prior_coverage.ended"] = False
        kept = {name: value for name, value in facts.items() if chance.random() >= LEFT_OUT}
        made.append(kept | {"enrollment.requested_on": requested_on.isoformat()})
    return made


def _before(day: date, chance: random.Random) -> str:
    return (day - timedelta(days=chance.randrange(120))).isoformat()


def nested(facts: Facts) -> Facts:
    """Facts by dotted name as nested objects."""
    found: Facts = {}
    for name, value in facts.items():
        subject, attribute = name.split(".")
        found.setdefault(subject, {})[attribute] = value
    return found


def bodies() -> list[bytes]:
    """The requests' bodies, one for each application."""
    asked = (
        {"question": QUESTION, "edition": EDITION, "facts": nested(facts)}
        for facts in applications()
    )
    return [json.dumps(body).encode() for body in asked]


# --- in process ---


def cases(decider: "Decider", made: list[Facts]) -> list["Case"]:
    """Applications as cases, read and typed."""
    from app.determinations.case import make_case, read_facts

    law = decider.lawbook
    today = date(2013, 12, 31)
    return [
        make_case(law, QUESTION, read_facts(law, QUESTION, nested(facts)), None, EDITION, today)
        for facts in made
    ]


Rates = tuple[float, float]
"""Decisions a second, by the clock on the wall and by the processor time they got."""


def rates_of(work: Callable[["Case"], object], asked: Sequence["Case"], seconds: float) -> Rates:
    """In this one thread, the same cases again and again."""
    for case in asked:
        work(case)
    done, endless = 0, cycle(asked)
    start, processor = time.perf_counter(), time.thread_time()
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(50):
            work(next(endless))
        done += 50
    return done / spent, done / (time.thread_time() - processor)


def first_time_rates_of(work: Callable[["Case"], object], asked: Sequence["Case"]) -> Rates:
    """In this one thread, each case once, so that nothing remembered of the very same
    case helps.
    """
    start, processor = time.perf_counter(), time.thread_time()
    for case in asked:
        work(case)
    return len(asked) / (time.perf_counter() - start), len(asked) / (time.thread_time() - processor)


# --- the server: the service, and beside it a view that returns a constant of the same size ---


def served() -> "Flask":
    """What the bench's gunicorn loads: wsgi.py, which also keeps the law out of garbage collection,
    and the constant view.
    """
    from flask import Flask, Response, request

    from app.api.http.operations import requires
    from wsgi import app as service

    app: Flask = service
    constant = b'"' + b"x" * (int(os.environ["BENCH_CONSTANT_BYTES"]) - 2) + b'"'

    @app.post(CONSTANT)
    @requires("public")
    def answer_constant() -> Response:
        request.get_data()
        return Response(constant, mimetype="application/json")

    return app


@contextmanager
def server(workers: int, constant_bytes: int, folder: Path) -> Iterator[tuple[int, str]]:
    """A real gunicorn on a free port of this machine, on a fresh database.

    The port, and a key that it takes.
    """
    port = _free_port()
    address = f"sqlite:///{folder / f'bench-{workers}.sqlite'}"
    environment = os.environ | {
        "PORT": str(port),
        "DATABASE_URL": address,
        "BENCH_CONSTANT_BYTES": str(constant_bytes),
        "ELIGIBILITY_INSTANCE": str(folder),
        "ELIGIBILITY_RATE_PER_ADDRESS": "0",
        "ELIGIBILITY_QUEUE": "64",
        "ELIGIBILITY_LOG_LEVEL": "warning",
        "PYTHONPATH": str(ROOT),
    }
    flask = [sys.executable, "-m", "flask"]
    subprocess.run(
        [*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    making = [
        *flask,
        "keys",
        "create",
        "bench",
        "--role",
        "eligibility_worker",
        "--organization",
        "bench",
        "--json",
    ]
    made = subprocess.run(making, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    command = [
        sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py",
        "--workers", str(workers), "--max-requests", "0", "bench.run:served()",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port, json.loads(made.stdout)["key"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit("The server did not start; the reason stands above.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("The server did not take connections within a minute.")


# --- the client: kept-alive connections, requests made beforehand, as little work as can be ---


@dataclass(frozen=True)
class Load:
    """What came back in some seconds."""

    seconds: float
    statuses: Counter[int]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.statuses.total() / self.seconds

    def __add__(self, other: "Load") -> "Load":
        """This one, then the other."""
        return Load(self.seconds + other.seconds, self.statuses + other.statuses)


def loads(port: int, key: str, paths: Sequence[str]) -> list[Load]:
    """All clients at once against one path after the other, several rounds, so that what else the
    machine does hits all alike.
    """
    found = [Load(0.0, Counter()) for _ in paths]
    with get_context("spawn").Pool(2) as pool:
        for _ in range(ROUNDS):
            for number, path in enumerate(paths):
                pool.starmap(_clients, [(port, key, path, WARM_UP_SECONDS, CLIENTS // 2)] * 2)
                halves = pool.starmap(
                    _clients, [(port, key, path, ROUND_SECONDS, CLIENTS // 2)] * 2
                )
                found[number] += Load(
                    max(h.seconds for h in halves), halves[0].statuses + halves[1].statuses
                )
    return found


def _clients(port: int, key: str, path: str, seconds: float, count: int) -> Load:
    """Several connections in one process: each sends its next request as soon as its answer is
    there.
    """
    import selectors

    requests = cycle([_request(port, key, path, body) for body in bodies()])
    ready = selectors.DefaultSelector()
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(connection, selectors.EVENT_READ, bytearray())
        connection.sendall(next(requests))
    statuses: Counter[int] = Counter()
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for key, _ in ready.select(timeout=1):
            connection, buffer = key.fileobj, key.data
            assert isinstance(connection, socket.socket)
            part = connection.recv(262_144)
            if not part:
                raise ConnectionError("the server closed a connection")
            buffer += part
            if _is_whole(buffer):
                statuses[int(buffer[9:12])] += 1
                buffer.clear()
                connection.sendall(next(requests))
    for key in list(ready.get_map().values()):
        assert isinstance(key.fileobj, socket.socket)
        key.fileobj.close()
    return Load(spent, statuses)


def _request(port: int, key: str, path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _is_whole(buffer: bytearray) -> bool:
    """Whether an answer has come to its end."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = buffer.lower().find(b"content-length:", 0, end)
    return len(buffer) >= end + 4 + int(buffer[at + 15 : buffer.find(b"\r\n", at)])


# --- the report ---


def machine() -> str:
    """What the figures were measured on."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    cpu = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{cpu}, {os.cpu_count()} cores, load {busy} when it began; {platform.system()} "
        f"{platform.release()}, "
        f"Python {platform.python_version()}, durable-rules {version('durable-rules')}, gunicorn "
        f"{version('gunicorn')}, "
        "malloc settings of bin/memory.env "
        f"{'set' if 'MALLOC_TOP_PAD_' in os.environ else 'not set'}"
    )


def main() -> None:
    """Measure and print."""
    from rich.console import Console
    from rich.table import Table

    from app.determinations.decide import Decider
    from app.law.library import open_lawbook

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(machine(), style="dim")
    decider = Decider(open_lawbook(ROOT / "rulesets"))
    decider.prepare()
    gc.collect()
    gc.freeze()  # as wsgi.py does, so that the law is not looked through again and again
    decided = [decider.decide(case) for case in cases(decider, applications())]
    size = sum(len(encoded(one)) for one in decided) // len(decided)
    told = ", ".join(
        f"{number} {outcome}"
        for outcome, number in Counter(one.outcome for one in decided).most_common()
    )
    console.print(
        f"{CASES} different applications for {QUESTION} ({told}); a document has {size:,} bytes "
        "on average.\n"
    )

    table = Table(
        "what", "workers", "a second", "a CPU second", "of the constant", box=None, pad_edge=False
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name, (wall, processor) in in_process(decider):
        table.add_row(
            f"in process, one thread: {name}", "", f"{wall:,.0f}", f"{processor:,.0f}", ""
        )
    for name, workers, load, constant in over_http(size):
        wrong = load.statuses.total() - load.statuses[200] - load.statuses[201]
        mark = f" ({wrong} answers were errors: {dict(load.statuses)})" if wrong else ""
        table.add_row(
            f"HTTP: {name}{mark}",
            str(workers),
            f"{load.rate:,.0f}",
            "",
            f"{load.rate / constant.rate:.0%}",
        )
    console.print(table)
    console.print(
        "\nAimed at: 3,000 a second in process with the explanation; over HTTP without keeping "
        "half of the constant view.\n"
        f"HTTP: {ROUNDS} rounds of {ROUND_SECONDS:.0f} seconds for each kind of request in turn; "
        f"{CLIENTS} clients on these cores.",
        style="dim",
    )


def in_process(decider: "Decider") -> Iterator[tuple[str, Rates]]:
    """What one thread does without a server."""

    def explained(case: "Case") -> bytes:
        return encoded(decider.decide(case))

    unseen = cases(decider, applications(FIRST_TIME_CASES, SEED + 1))
    yield (
        f"decide, document, JSON; {FIRST_TIME_CASES:,} cases once",
        first_time_rates_of(explained, unseen),
    )
    asked = cases(decider, applications())
    yield (
        f"decide, document, JSON; {CASES} cases in turn",
        rates_of(explained, asked, IN_PROCESS_SECONDS),
    )
    yield (
        f"decide alone; {CASES} cases in turn",
        rates_of(decider.decide, asked, IN_PROCESS_SECONDS),
    )


def over_http(size: int) -> Iterator[tuple[str, int, Load, Load]]:
    """Each kind of request with its workers, its load, and that of the constant view beside it."""
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            with server(workers, size, Path(folder)) as (port, key):
                found = loads(port, key, list(PATHS.values()))
            for name, load in zip(PATHS, found, strict=True):
                yield name, workers, load, found[0]


def encoded(decided: "Determination") -> bytes:
    """A determination as the service sends it."""
    return decided.json()


if __name__ == "__main__":
    main()
