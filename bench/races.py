"""Two reviewers claim and decide one waiver request at once, ten thousand times.

    make races

Runs on SQLite, and on the PostgreSQL database that --database names (migrated, and kept apart from
any that is in use). Ends with 1 where a request was claimed or decided twice, or not at all.
"""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402

from app.records.database import open_database  # noqa: E402
from app.records.migrate import upgrade  # noqa: E402
from app.records.store import Store  # noqa: E402
from app.settings import Settings  # noqa: E402
from app.waivers.desk import Desk  # noqa: E402
from tests.waivers.conftest import RING  # noqa: E402
from tests.waivers.racing import Raced, races  # noqa: E402


def run(address: str, folder: Path, number: int) -> list[Raced]:
    """So many races on a database; those that ended wrong."""
    upgrade(Settings(database_url=address, instance=folder))
    store = Store(open_database(address))
    try:
        with ThreadPoolExecutor(3) as threads:
            told = track(
                races(Desk(store, RING), number, threads),
                "Racing …",
                total=number,
                console=Console(stderr=True),
                disable=not sys.stderr.isatty(),
                transient=True,
            )
            return [raced for raced in told if not raced.is_right]
    finally:
        store.close()


def main() -> int:
    """Run the races and print what came of them.

    Returns:
        0 where each request was claimed and decided once, else 1.
    """
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--races", type=int, default=10_000, help="how many (default 10,000)")
    arguments.add_argument("--database", help="the address of a PostgreSQL database, beside SQLite")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        addresses = {"SQLite": f"sqlite:///{folder / 'races.sqlite'}"}
        if given.database:
            addresses["PostgreSQL"] = given.database
        wrong = 0
        for name, address in addresses.items():
            found = run(address, folder, given.races)
            twice = sum(raced.claims > 1 or raced.decisions > 1 for raced in found)
            print(f"{name}: {given.races:,} races, {twice:,} double, {len(found):,} wrong in all")
            wrong += len(found)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
