"""Of two who claim and decide a request at once, one does; `make races` runs many more."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.waivers.desk import Desk
from tests.servers import served
from tests.waivers.racing import races
from tests.waivers.racing_over_http import add_reviewers, races_over_http

RACES, OVER_HTTP = 500, 100


def test_no_request_is_decided_twice(desk: Desk) -> None:
    with ThreadPoolExecutor(3) as threads:
        found = list(races(desk, RACES, threads))

    assert RACES == len(found)
    assert [] == [raced for raced in found if not raced.is_right]


@pytest.mark.slow
def test_no_request_is_decided_twice_by_two_workers(tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "2") as service, ThreadPoolExecutor(2) as threads:
        add_reviewers(service)
        found = list(races_over_http(service, OVER_HTTP, threads))

    assert OVER_HTTP == len(found)
    assert [] == [raced for raced in found if not raced.is_right]
