"""How fast the pages are, from the service as it is really served, on SQLite.

    make pages-speed            ARGS="--seconds 10 --people 8" for a trial

First beside 20 decisions a second, a few people on their ways: aimed at 300 ms at the 95th
percentile. Then 50 people together for three minutes: aimed at a mean under 500 ms, and no page
over 3 s. Each rests between two pages. It reports and never asserts. Clients and server share the
cores.
"""

import argparse
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.applications import Applications  # noqa: E402
from bench.arrivals import Arrival, arrivals, quantile, request, summary  # noqa: E402
from bench.people import Journey, Person, Seen, reviewer, walking, worker  # noqa: E402

DECISIONS_A_SECOND = 20
FEW = 6
PASSWORD = "seven turquoise herons wade"


def _people(database: str, port: int, number: int) -> list[tuple[Person, Journey]]:
    """So many people with accounts, signed in: one in five reviews, the others are workers."""
    from app.access.origin import Origin
    from app.access.passwords import Passwords
    from app.access.roster import NewAccount, Roster
    from app.records.database import open_database
    from app.records.people.accounts import Accounts
    from app.records.store import Store
    from tests.organizations import know

    store = Store(open_database(database))
    know(store, "office-12", "opp")
    roster = Roster(Accounts(store), Passwords())
    people: list[tuple[Person, Journey]] = []
    for each in range(number):
        reviews = each % 5 == 4
        account = NewAccount(
            f"person-{each}",
            "opp_reviewer" if reviews else "eligibility_worker",
            "opp" if reviews else "office-12",
        )
        roster.create(account, Origin("command:pages-speed"), PASSWORD)
        person = Person(port, account.name, PASSWORD)
        person.sign_in()
        people.append((person, reviewer if reviews else worker))
    store.close()
    return people


def _table(title: str, seen: Sequence[Seen], wrong: Sequence[str], aim: str) -> None:
    """Print what each page took, and all of them together."""
    by_page: dict[str, list[float]] = defaultdict(list)
    for each in seen:
        by_page[each.page].append(each.seconds * 1000)
        by_page["all pages"].append(each.seconds * 1000)
    print(f"\n{title}\n{'page':<16}{'seen':>7}{'mean':>8}{'p50':>8}{'p95':>8}{'most':>8}  (ms)")
    for page, took in sorted(by_page.items(), key=lambda item: item[0] == "all pages"):
        mean = sum(took) / len(took)
        print(
            f"{page:<16}{len(took):>7}{mean:>8.0f}{quantile(took, 0.5):>8.0f}"
            f"{quantile(took, 0.95):>8.0f}{max(took):>8.0f}"
        )
    print(f"Aimed at: {aim}.")
    for each in wrong:
        print(f"WRONG: {each}")


def _beside_decisions(
    people: list[tuple[Person, Journey]], port: int, key: str, seconds: float, pause: float
) -> None:
    bodies = Applications().bodies(int(DECISIONS_A_SECOND * seconds) + 1)
    requests = [request("/v1/determinations", body, key) for body in bodies]
    decided: list[Arrival] = []
    deciding = threading.Thread(
        target=lambda: decided.extend(arrivals(port, requests, DECISIONS_A_SECOND, seconds))
    )
    deciding.start()
    seen, wrong = walking(people, seconds, pause)
    deciding.join()
    title = f"{len(people)} people beside {DECISIONS_A_SECOND} decisions a second, {seconds:.0f} s"
    _table(title, seen, wrong, "p95 under 300 ms")
    print(summary("the decisions", decided))


def main() -> None:
    """Measure and print."""
    from tests.servers import served

    parser = argparse.ArgumentParser(description="How fast the pages are.")
    parser.add_argument("--seconds", type=float, default=180, help="how long each part takes")
    parser.add_argument("--people", type=int, default=50, help="how many in the second part")
    parser.add_argument("--pause", type=float, default=3, help="seconds between two pages")
    told = parser.parse_args()
    quiet = {"ELIGIBILITY_RATE_PER_ADDRESS": "0", "ELIGIBILITY_LOG_LEVEL": "warning"}
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), **quiet) as running:
        people = _people(running.environment["DATABASE_URL"], running.port, told.people)
        for person, _ in people:
            person.seen.clear()
        key = running.key()
        _beside_decisions(people[:FEW], running.port, key, told.seconds, told.pause)
        for person, _ in people:
            person.seen.clear()
        seen, wrong = walking(people, told.seconds, told.pause)
        title = f"{len(people)} people on their journeys, {told.seconds:.0f} s"
        _table(title, seen, wrong, "mean under 500 ms, none over 3,000 ms")


if __name__ == "__main__":
    main()
