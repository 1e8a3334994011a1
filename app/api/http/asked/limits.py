"""Rate limits: requests a minute from one address and by one credential.

ELIGIBILITY_RATE_STORAGE says where the counts are. In memory each process counts for itself and
allows its share, so a client whose connections all reach one process gets less. With Redis all
processes and machines count together.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import cast

from flask import Flask, Response, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app import clock
from app.access.principal import ANYBODY
from app.api.http.answered.responses import Problem
from app.api.http.metrics import REFUSED
from app.api.http.service import principal
from app.settings import Settings

NOT_LIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
NETWORK_BITS = 64
"""The bits of an IPv6 address that identify the network. One caller can have all addresses of a
network.
"""
TELL_EVERY_SECONDS = 10.0
PATIENCE_SECONDS = 0.25
"""How long a request waits for Redis. A response matters more than a count."""
ASK_AGAIN_SECONDS = 2.0
"""How long the service pauses after it failed to reach the counts."""
SWEEP_SECONDS = 60.0
"""How often the service deletes expired counts in memory."""
REFUSED_TOKENS, NOTED_ADDRESS, NOTED_CLIENT, NOTED_UNKNOWN = (
    "refused token",
    "noted address",
    "noted client",
    "noted unknown",
)
FIXED = {REFUSED_TOKENS: 30, NOTED_ADDRESS: 10, NOTED_CLIENT: 10, NOTED_UNKNOWN: 60}
"""A minute: how often an address may ask for tokens in vain; how many refusals are written down of
one address, of one client that is known, and of those nobody knows altogether. Anybody can ask for
a token, and what is written down stays for years."""
_NAME = "limits"
_processes = 1

log = logging.getLogger(__name__)


def share_between(processes: int) -> None:
    """Say how many processes serve side by side.

    Each allows its share of what is counted in memory.
    """
    global _processes
    _processes = processes


def limit_addresses(app: Flask, settings: Settings) -> None:
    """Refuse whom an address sends too much; before anything is known of who asks."""
    app.extensions[_NAME] = Limits(settings)
    app.before_request(_take_for_address)


def limit_credentials(app: Flask) -> None:
    """Reject requests beyond a credential's limit, and tell on each response what is left of it;
    install it after authentication.
    """
    app.before_request(_take_for_credential)
    app.after_request(_tell_what_is_left)


def counting_lines() -> Callable[[], None]:
    """What counts one line of a batch each time it is called, also while the answer is being sent.

    See `Limits.take`.
    """
    limits, who = _limits(), principal()
    if who is ANYBODY:
        return partial(limits.take, "address", _network(request.remote_addr or ""), 1)
    return partial(limits.take, "credential", who.actor, 1)


def take_refused_token() -> None:
    """Count one request for a token that is to be refused.

    Raises:
        Problem: too-many-requests; the address asked in vain too often.
    """
    _limits().take(REFUSED_TOKENS, _network(request.remote_addr or ""), 1)


def is_to_be_noted(client: str | None) -> bool:
    """Whether a refused request for a token is still to be written down one by one; *client* only
    where there is such a one.
    """
    limits = _limits()
    if client is not None:
        return limits.has_room(NOTED_CLIENT, client)
    return limits.has_room(NOTED_ADDRESS, _network(request.remote_addr or "")) and limits.has_room(
        NOTED_UNKNOWN, "all"
    )


def _limits() -> "Limits":
    return cast(Limits, current_app.extensions[_NAME])


def _take_for_address() -> None:
    if request.path not in NOT_LIMITED:
        _limits().take("address", _network(request.remote_addr or ""), 1)


def _take_for_credential() -> None:
    who = principal()
    if who is not ANYBODY and request.path not in NOT_LIMITED:
        _limits().take("credential", who.actor, 1)


def _tell_what_is_left(response: Response) -> Response:
    """The header fields of draft-ietf-httpapi-ratelimit-headers, for a credential that has a
    limit.
    """
    who = principal()
    if who is not ANYBODY and request.path not in NOT_LIMITED:
        response.headers.extend(_limits().left("credential", who.actor))
    return response


def _network(address: str) -> str:
    """The key of an address for counting: itself, or the network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or int(parsed) >> (128 - NETWORK_BITS))
    return str(parsed)


def _whole_seconds_until(instant: float) -> int:
    return max(1, min(60, math.ceil(instant - clock.now().timestamp())))


class CountsInMemory(MemoryStorage):
    """Counts of one process. Each request can trigger the sweep.

    The library's class sweeps in a thread and starts one for every hundredth of a second with a
    request. Under load that costs more than the responses.
    """

    STORAGE_SCHEME = ["memory"]  # noqa: RUF012  (as the library declares it)

    def __init__(
        self, uri: str | None = None, wrap_exceptions: bool = False, **options: str
    ) -> None:
        self._counting, self._sweep_at = threading.Lock(), 0.0
        super().__init__(uri, wrap_exceptions, **options)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and give the count.

        One that is over *expiry* seconds after it began begins anew.
        """
        now = clock.now().timestamp()
        with self._counting:
            if now >= self._sweep_at:
                self._sweep(now)
            if self.expirations.get(key, 0.0) <= now:
                self.storage[key], self.expirations[key] = 0, now + expiry
            self.storage[key] += amount
            return self.storage[key]

    def _sweep(self, now: float) -> None:
        self._sweep_at = now + SWEEP_SECONDS
        for key in [key for key, ends_at in self.expirations.items() if ends_at <= now]:
            self.clear(key)


class Limits:
    """The counts of one application. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._a_minute = {
            "address": settings.rate_per_address,
            "credential": settings.rate_per_credential,
            **FIXED,
        }
        self._is_shared = not settings.rate_storage.startswith("memory:")
        patience = (
            {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
            if self._is_shared
            else {}
        )
        self.counts = storage_from_string(settings.rate_storage, **patience)
        self._counting = FixedWindowRateLimiter(self.counts)
        self._told_at, self._ask_again_at = -TELL_EVERY_SECONDS, 0.0

    def take(self, kind: str, who: str, number: int) -> None:
        """Count requests of one caller.

        If the counts are unreachable, it allows all requests: too many requests do less harm than
        none.

        Raises:
            Problem: too-many-requests; then they are not counted.
        """
        if self._a_minute[kind] == 0 or self.has_room(kind, who, number):
            return
        try:
            seconds = self._seconds_until_free(self._allowed(kind), kind, who)
        except Exception as error:  # each storage has its own errors
            self._log(error)
            return
        REFUSED.labels("too-many-requests").inc()
        whose = "your credential" if kind == "credential" else "your address"
        what = "rejected requests for tokens" if kind == REFUSED_TOKENS else "requests"
        raise Problem(
            "too-many-requests",
            f"The limit for {whose} is {self._a_minute[kind]:,} {what} a minute. Try again in "
            f"{seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def has_room(self, kind: str, who: str, number: int = 1) -> bool:
        """Count some, where they are still within what is allowed.

        Where the counts cannot be reached they are.
        """
        if time.monotonic() < self._ask_again_at:
            return True
        try:
            return self._counting.hit(self._allowed(kind), kind, who, cost=number)
        except Exception as error:  # each storage has its own errors
            self._log(error)
            return True

    def left(self, kind: str, who: str) -> dict[str, str]:
        """Header fields that say how many requests this process allows a caller in a minute, how
        many are left, and in how many seconds the count begins anew.
        """
        if self._a_minute[kind] == 0 or time.monotonic() < self._ask_again_at:
            return {}
        item = self._allowed(kind)
        try:
            stats = self._counting.get_window_stats(item, kind, who)
        except Exception as error:  # each storage has its own errors
            self._log(error)
            return {}
        seconds = _whole_seconds_until(stats.reset_time)
        return {
            "RateLimit-Policy": f'"{kind}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{kind}";r={stats.remaining};t={seconds}',
        }

    def _allowed(self, kind: str) -> RateLimitItem:
        a_minute = self._a_minute[kind]
        return RateLimitItemPerMinute(
            a_minute if self._is_shared else math.ceil(a_minute / _processes)
        )

    def _seconds_until_free(self, item: RateLimitItem, kind: str, who: str) -> int:
        return _whole_seconds_until(self._counting.get_window_stats(item, kind, who).reset_time)

    def _log(self, error: Exception) -> None:
        now = time.monotonic()
        self._ask_again_at = now + ASK_AGAIN_SECONDS
        if now >= self._told_at + TELL_EVERY_SECONDS:
            self._told_at = now
            log.error("cannot count requests, so rate limits are off: %s", type(error).__name__)
