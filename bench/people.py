"""People at the pages, for the benches: each with cookies and a connection of their own, on the way
of a working day. What each page took is noted under its name.
"""

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

QUESTION = "enrollment.permitted"
FACTS = {
    "applicant.resident": "true",
    "applicant.has_medicare": "false",
    "employer_plan.available": "false",
    "enrollment.product": "individual_plan",
    "event.kind": "none",
    "prior_coverage.ended": "false",
    "waiver.granted": "false",
}
REQUEST = {
    "received_by": "mail",
    "entered_for.who": "applicant",
    "circumstances.reason": "no_choice",
    "circumstances.text": "The plant closed.",
    "waiver.coverage_available": "none",
}
PATIENCE_SECONDS = 60
HIDDEN = re.compile(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")[^>]*value="([^"]*)"')


class Refused(Exception):
    """The service answered a page with what no person should see."""


@dataclass(frozen=True)
class Seen:
    """One page: its name, and after how many seconds it had come."""

    page: str
    seconds: float


@dataclass
class Person:
    """Somebody at a browser."""

    port: int
    name: str
    password: str
    seen: list[Seen] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE_SECONDS
        )

    def open(self, page: str, path: str) -> str:
        """The text of a page; what leads elsewhere is followed, and counts with it."""
        return self._send(page, "GET", path, None)

    def fill(self, page: str, shown: str, path: str, **typed: str) -> str:
        """Send the form of a page with what somebody typed: the page that follows."""
        form = shown[shown.index("<main") :]
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
        return self._send(page, "POST", path, {**hidden, **typed})

    def sign_in(self) -> None:
        """Sign in."""
        page = self.open("sign-in", "/sign-in")
        self.fill("signing in", page, "/sign-in", name=self.name, password=self.password)
        if "Sign out" not in self.open("home", "/"):
            raise Refused(f"{self.name} could not sign in")

    def _send(self, page: str, method: str, path: str, body: Mapping[str, str] | None) -> str:
        start = time.perf_counter()
        status, location, text = self._one(method, path, body)
        while status == 303:
            self.at = location
            status, location, text = self._one("GET", location, None)
        self.seen.append(Seen(page, time.perf_counter() - start))
        if status != 200:
            raise Refused(f"{page}: {status}")
        return text

    at: str = ""
    """Where the last form led."""

    def _one(self, method: str, path: str, body: Mapping[str, str] | None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={it}" for name, it in self.cookies.items())}
        headers["Accept"] = "text/html"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        sent = (method, path, urlencode(body) if body else None, headers)
        try:
            answer = self._sent(*sent)
        except http.client.RemoteDisconnected:  # it was idle for too long; a browser connects again
            self._connection.close()
            answer = self._sent(*sent)
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def _sent(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()


def day(place: str, month: int, number: int) -> dict[str, str]:
    """The fields of a day of 2012."""
    return {f"{place}.month": str(month), f"{place}.day": str(number), f"{place}.year": "2012"}


def worker(person: Person, pause: Callable[[], None]) -> None:
    """A denial is asked for, stored, looked up again, and a waiver requested against it."""
    person.open("home", "/")
    pause()
    person.open("questions", "/ask")
    pause()
    start = person.open("start", f"/ask/new?question={QUESTION}")
    pause()
    begun = day("enrollment.requested_on", 5, 3)
    form = person.fill("begin", start, "/ask/new", question=QUESTION, way="form", **begun)
    pause()
    draft = person.at.removesuffix("/form")
    answer = person.fill("answer", form, f"{draft}/form", **begun, **FACTS)
    pause()
    person.number += 1
    subject = f"{person.name}-{person.number}"
    person.fill("store", answer, f"{draft}/answer", subject=subject)
    denial = person.at.rpartition("/")[2]
    pause()
    answers = person.open("answers", "/answers")
    pause()
    person.fill("find", answers, "/answers", subject=subject)
    pause()
    new = person.open("new request", f"/waivers/new?denial={denial}")
    pause()
    days = {**day("denial.received_on", 5, 10), **day("received_on", 5, 20)}
    days |= day("sworn.signed_on", 5, 18)
    person.fill("enter request", new, "/waivers/new", subject=subject, **days, **REQUEST)


def reviewer(person: Person, pause: Callable[[], None]) -> None:
    """The queue, a request that nobody claimed, claimed and looked at, and given back."""
    person.open("home", "/")
    pause()
    queue = person.open("queue", "/waivers?show=unclaimed")
    waiting = re.findall(r'href="(/waivers/[0-9a-f-]{36})"', queue)
    pause()
    if not waiting:
        return
    request = random.choice(waiting)
    person.open("request", request)
    pause()
    try:
        claim = person.open("claim form", f"{request}/steps/claim")
        pause()
        person.fill("claim", claim, f"{request}/steps/claim")
        pause()
        person.open("decision", f"{request}/decide/grant")
        pause()
        release = person.open("release form", f"{request}/steps/release")
        person.fill("release", release, f"{request}/steps/release")
    except Refused:  # another reviewer was first, which the page says
        person.open("request", request)


Journey = Callable[[Person, Callable[[], None]], None]


def walking(
    people: list[tuple[Person, Journey]], seconds: float, pause_seconds: float
) -> tuple[list[Seen], list[str]]:
    """Let people go on their journeys again and again for some seconds: the pages they saw, and
    what went wrong. Between two pages each rests about as long as told.
    """
    wrong: list[str] = []
    end = time.monotonic() + seconds

    def pause() -> None:
        time.sleep(random.uniform(0.5, 1.5) * pause_seconds)

    def go(person: Person, journey: Journey) -> None:
        time.sleep(random.uniform(0, pause_seconds))
        while time.monotonic() < end:
            try:
                journey(person, pause)
            except (Refused, OSError, http.client.HTTPException, ValueError) as error:
                wrong.append(f"{person.name}: {error!r}")
                return

    threads = [threading.Thread(target=go, args=each) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [seen for person, _ in people for seen in person.seen], wrong
