"""How many determinations a second, for applications that nobody sent before: in process, in a
batch, and over HTTP beside views that do next to nothing.

    make bench                  PostgreSQL too, where TEST_POSTGRESQL_URL names a server

It reports and never asserts. Everything stays on this machine. No application comes twice.
"""

import gc
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402

from app.determinations.decide import Decider  # noqa: E402
from app.law.reading.library import open_lawbook  # noqa: E402
from bench import servers  # noqa: E402
from bench.applications import QUESTION, Applications  # noqa: E402
from bench.clients import Load, load  # noqa: E402
from bench.in_process import Parts, Sizes, rate_of, read  # noqa: E402

IN_PROCESS = 3000
BATCH_LINES = 3000
WARM_UP_LINES = WARM_UP_CASES = 200
ROUNDS = 3
ROUND_SECONDS = 2.0
WARM_UP_SECONDS = 1.0
AT_MOST_A_SECOND = 4000
"""More applications than that are not made ready for a second."""
WORKERS = 2
CONNECTIONS = 8
DETERMINATIONS, BATCH = "/v1/determinations", "/v1/determinations/batch"
BRIEF = "detail=brief"
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def row(name: str, told: object) -> None:
    """Print one line of the report."""
    console.print(f"  {name:<52}{told}")


@contextmanager
def section(title: str) -> Iterator[None]:
    """A part of the report; on a terminal something moves while it is measured."""
    console.print(f"\n{title}", style="bold")
    with console.status("measuring …"):
        yield


def main() -> None:
    """Measure and print."""
    console.print(machine(), style="dim")
    decider = Decider(open_lawbook(ROOT / "rulesets"))
    decider.prepare()
    gc.collect()
    gc.freeze()  # as wsgi.py does, so that the law is not looked through again and again
    applications = Applications()
    for case in read(decider, applications.bodies(WARM_UP_CASES)):
        decider.decide(case).json()  # what is prepared when somebody first asks
    sizes = in_process(decider, applications)
    constant = round(sizes.brief)
    on_database("SQLite", None, constant, applications)
    if server := os.environ.get("TEST_POSTGRESQL_URL"):
        name = "PostgreSQL" if servers.is_durable(server) else "PostgreSQL WITHOUT fsync"
        on_database(name, server, constant, applications)
    else:
        console.print("\nPostgreSQL: TEST_POSTGRESQL_URL names no server.", style="dim")


def in_process(decider: Decider, applications: Applications) -> Sizes:
    """What one thread does without a server."""
    with section(f"{QUESTION}, in process, one thread, {IN_PROCESS:,} new applications each"):
        for name, work in (
            ("decide", decider.decide),
            ("decide, full document", lambda case: decider.decide(case).json("full")),
            ("decide, brief document", lambda case: decider.decide(case).json("brief")),
        ):
            row(name, rate_of(work, read(decider, applications.bodies(IN_PROCESS))))
    with section("What a decision takes, on average over all of them (CPU)"):
        parts = Parts.of(decider, read(decider, applications.bodies(IN_PROCESS)))
        row("what is known of the case", f"{parts.knowledge:8.3f} ms")
        row("durable-rules, all messages", f"{parts.engine:8.3f} ms")
        row("the compiled law that it must agree with", f"{parts.compiled:8.3f} ms")
        row(
            "which missing facts matter",
            f"{parts.relevance:8.3f} ms ({parts.searched:.0%} of the applications lack some that "
            "may)",
        )
    with section("How large the answers are, on average"):
        bodies = applications.bodies(1000)
        sizes = Sizes.of([decider.decide(case) for case in read(decider, bodies)])
        row("full", f"{sizes.full:8,.0f} bytes")
        row("brief", f"{sizes.brief:8,.0f} bytes")
        row("brief, denials", f"{sizes.brief_denials:8,.0f} bytes")
        told = ", ".join(f"{n} {outcome}" for outcome, n in sizes.outcomes.most_common())
        row("outcomes", f" {told}")
    return sizes


def on_database(name: str, server: str | None, constant: int, applications: Applications) -> None:
    """Batches in one worker, then single requests with several, each on a new database."""
    queries = {"kept": "", "kept, brief answers": f"?{BRIEF}"}
    if server is None:
        unkept = {"not kept": "?keep=false", "not kept, brief": f"?keep=false&{BRIEF}"}
        queries = unkept | queries
    with (
        section(f"A batch of {BATCH_LINES:,} lines, one worker, {name}"),
        servers.service(1, constant, server) as serving,
    ):
        batch(serving, applications, WARM_UP_LINES)
        for told, query in queries.items():
            row(told, batch(serving, applications, BATCH_LINES, query))
    paths = {
        "one durable row, constant answer": servers.ONE_ROW,
        "determination, kept, brief": f"{DETERMINATIONS}?{BRIEF}",
    }
    if server is None:
        paths = {
            "constant": servers.CONSTANT,
            "determination, not kept, brief": f"{DETERMINATIONS}?keep=false&{BRIEF}",
            "determination, not kept, full": f"{DETERMINATIONS}?keep=false",
            **paths,
        }
    title = f"HTTP, {WORKERS} workers, {CONNECTIONS} connections from these cores, {name}"
    with (
        section(f"{title}; constants have {constant:,} bytes"),
        servers.service(WORKERS, constant, server) as serving,
    ):
        over_http(serving, paths, applications)


def batch(serving: servers.Serving, applications: Applications, lines: int, query: str = "") -> str:
    """Lines answered a second."""
    body = b"\n".join(applications.bodies(lines))
    headers = {
        "Authorization": f"Bearer {serving.key}",
        "Content-Type": "application/jsonl",
    }
    connection = HTTPConnection("127.0.0.1", serving.port)
    start = time.perf_counter()
    connection.request("POST", f"{BATCH}{query}", body, headers)
    answered = connection.getresponse().read()
    seconds = time.perf_counter() - start
    told = [json.loads(line) for line in answered.splitlines()]
    right = sum("determination" in line for line in told)
    wrong = f"  ERRORS: {lines - right}, {told[:1]}" if right != lines else ""
    return f"{lines / seconds:>8,.0f} lines a second  {len(answered) / lines:>8,.0f} bytes{wrong}"


def over_http(serving: servers.Serving, paths: dict[str, str], applications: Applications) -> None:
    """All paths in turn, several rounds, so that what else the machine does hits all alike."""
    found = dict.fromkeys(paths, Load())
    with get_context("spawn").Pool(2) as pool:
        for _ in range(ROUNDS):
            for name, path in paths.items():
                for seconds in (WARM_UP_SECONDS, ROUND_SECONDS):
                    bodies = applications.bodies(int(AT_MOST_A_SECOND * seconds))
                    requests = [serving.request(path, body) for body in bodies]
                    got = load(pool, serving.port, requests, seconds, CONNECTIONS)
                found[name] += got
    beside: Load | None = None
    for name, got in found.items():
        of = ""
        if paths[name] in (servers.CONSTANT, servers.ONE_ROW):
            beside = got
        elif beside is not None:
            of = f"  {got.rate / beside.rate:.0%} of the view above"
        row(name, f"{got.rate:>8,.0f} a second{of}{got.errors}")


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
        f"{platform.release()}, Python {platform.python_version()}, durable-rules "
        f"{version('durable-rules')}, gunicorn {version('gunicorn')}, malloc settings of "
        f"bin/memory.env {'set' if 'MALLOC_TOP_PAD_' in os.environ else 'not set'}"
    )


if __name__ == "__main__":
    main()
