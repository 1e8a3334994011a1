"""How fast healthy requests are answered through the shipped nginx while others hold connections
and send next to nothing.

    make flood

500 slow headers, 500 slow bodies, 10,000 idle connections. Aim: 250 ms at the 95th percentile. It
reports and never asserts.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.applications import Applications  # noqa: E402
from bench.arrivals import quantile, request  # noqa: E402
from bench.floods import HALF_A_BODY, HALF_A_HEAD, NOTHING, flood, healthy  # noqa: E402
from tests.proxies import proxied  # noqa: E402

REQUESTS = 200
FLOODS = {
    "nobody else": (0, NOTHING),
    "500 slow headers": (500, HALF_A_HEAD),
    "500 slow bodies": (500, HALF_A_BODY),
} | {"10,000 idle connections": (10_000, NOTHING)}


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory(prefix="ngx") as folder,
        proxied(Path(folder), ELIGIBILITY_LOG_LEVEL="warning") as proxy,
    ):
        asked = request("/v1/determinations", Applications().bodies(1)[0], proxy.service.key())
        for name, (number, begins) in FLOODS.items():
            with flood(proxy.port, number, begins) as held:
                told = healthy(proxy.port, asked, REQUESTS)
                seconds = [one for _, one in told]
                good = sum(status == 201 for status, _ in told)
                at = ", ".join(
                    f"p{round(of * 100)} {quantile(seconds, of) * 1000:.0f} ms"
                    for of in (0.5, 0.95, 0.99)
                )
                held_on = f"{len(held.connections):>6} held, {held.still_open():>6} open at the end"
                print(f"{name:<24} {held_on}; {good}/{len(told)} answered, {at}")
        print("Aimed at: p95 below 250 ms.")


if __name__ == "__main__":
    main()
