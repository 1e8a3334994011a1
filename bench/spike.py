"""What a tenfold spike does: do those that are admitted keep their latency, are the others refused
at once, is it over afterwards?

    make spike                  gunicorn alone, then behind the nginx configuration of deploy/ where
    nginx is installed

It reports and never asserts. Clients arrive at a fixed rate, each on a connection of its own;
client and server share these cores.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.applications import Applications  # noqa: E402
from bench.arrivals import Arrival, arrivals, quantile, request, summary  # noqa: E402

ORDINARY = float(os.environ.get("SPIKE_ORDINARY", "60"))
"""Requests a second at ordinary times."""
TIMES = 10
SECONDS = float(os.environ.get("SPIKE_SECONDS", "8"))
SHOWN_AFTER = 10


def spike(
    port: int, requests: Sequence[bytes], ordinary: float = ORDINARY, seconds: float = SECONDS
) -> list[list[Arrival]]:
    """Before, the spike, after: what came back."""
    return [
        arrivals(port, requests, ordinary, seconds),
        arrivals(port, requests, ordinary * TIMES, seconds, processes=2),
        arrivals(port, requests, ordinary, SHOWN_AFTER),
    ]


def tell(found: list[list[Arrival]]) -> None:
    """Print it, with the first seconds after the spike one by one."""
    before, during, after = found
    print(summary(f"before ({ORDINARY:.0f} a second)", before))
    print(summary(f"spike ({ORDINARY * TIMES:.0f} a second)", during))
    print(summary("after", after))
    usual = 2 * quantile([one.seconds for one in before], 0.95)
    for second in range(SHOWN_AFTER):
        within = [one for one in after if second <= one.at < second + 1]
        good = [one.seconds for one in within if one.status in (200, 201)]
        if len(good) == len(within) and quantile(good, 0.95) <= usual:
            print(
                "normal again (all answered, p95 at most twice that of before) in second "
                f"{second + 1} after the spike"
            )
            return
    print("not normal again within ten seconds")


def _requests(key: str) -> list[bytes]:
    return [request("/v1/determinations", body, key) for body in Applications().bodies(400)]


def main() -> None:
    """Measure and print."""
    from tests.servers import served

    quiet = {"ELIGIBILITY_RATE_PER_ADDRESS": "0", "ELIGIBILITY_LOG_LEVEL": "warning"}
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), **quiet) as running:
        print("gunicorn alone, determinations kept on SQLite")
        tell(spike(running.port, _requests(running.key())))
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        from tests.proxies import proxied

        # All clients share an address here, so what nginx allows an address is set aside.
        change = {
            "limit_req zone=requests burst=200 nodelay;": "",
            "limit_conn connections 100;": "",
        }
        with (
            tempfile.TemporaryDirectory(prefix="ngx") as folder,
            proxied(Path(folder), change, **quiet) as proxy,
        ):
            print("\nbehind the shipped nginx")
            tell(spike(proxy.port, _requests(proxy.service.key())))


if __name__ == "__main__":
    main()
