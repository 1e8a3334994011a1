"""Slow and silent clients before the shipped nginx: everybody else is answered.

How fast is measured by `make flood`.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.arrivals import request
from bench.floods import HALF_A_BODY, HALF_A_HEAD, NOTHING, flood, healthy
from tests.api.asking import CLOSED
from tests.proxies import Proxied, proxied

pytestmark = pytest.mark.slow


SLOWLY_SENT = ("header", "body")
"""What slow clients have more time for here than shipped, so that they are all still there when a
busy machine has answered the others.
"""


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxied]:
    folder = Path(tempfile.mkdtemp(prefix="ngx"))
    longer = {f"client_{part}_timeout 10s": f"client_{part}_timeout 120s" for part in SLOWLY_SENT}
    with proxied(folder, longer) as running:
        yield running
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("number", "begins"),
    [(500, HALF_A_HEAD), (500, HALF_A_BODY), (10_000, NOTHING)],
    ids=["500 slow headers", "500 slow bodies", "10,000 idle connections"],
)
def test_healthy_requests_are_answered_meanwhile(
    proxy: Proxied, number: int, begins: bytes
) -> None:
    asked = request("/v1/determinations", json.dumps(CLOSED).encode(), proxy.service.key())
    with flood(proxy.port, number, begins) as held:
        told = healthy(proxy.port, asked, 20)
        still_open = held.still_open()

    assert [201] * 20 == [status for status, _ in told]
    # Fewer only where the machine allows a process fewer open files.
    assert len(held.connections) >= min(number, 500)
    assert still_open > 0.9 * len(held.connections) or begins == NOTHING
