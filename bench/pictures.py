"""The pictures of the README, taken from a running service in Debian's Chromium.

make pictures
"""

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from app import clock  # noqa: E402
from app.access.organizations import NewOrganization, OrganizationRegister  # noqa: E402
from app.access.origin import Origin  # noqa: E402
from app.access.roster import NewAccount, Roster  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.settings import Settings  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
PASSWORD = "seven turquoise herons wade"
SIZE = {"width": 1100, "height": 1250}
QUEUE_SIZE = {"width": 1100, "height": 640}
ORGANIZATIONS = (
    ("office-12", "Office of Worcester", "office"),
    ("opp", "Office of Patient Protection", "patient_protection"),
)
ACCOUNTS = (("alma", "eligibility_worker", "office-12"), ("rosa", "opp_reviewer", "opp"))
DAYS_AGO = (41, 33, 27, 22, 14, 6, 2)
"""How long ago the requests in the picture of the queue came."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a service with an eligibility worker and a reviewer."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'pictures.sqlite'}",
            instance=Path(folder),
            secret_key="of-these-pictures-alone",
        )
        app = create_app(settings)
        app.test_cli_runner().invoke(args=["db", "upgrade"])
        people = app.extensions["people"]
        roster = Roster(people.accounts, people.passwords)
        register = OrganizationRegister(app.extensions["eligibility"].store)
        for id, called, kind in ORGANIZATIONS:
            register.create(NewOrganization(id, called, kind), Origin("command:pictures"))
        for name, role, office in ACCOUNTS:
            account = NewAccount(name, role, office)
            roster.create(account, Origin("command:pictures"), PASSWORD)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


EMPLOYERS_PLAN = (
    "Is an employer's health plan open to the person now, which the individual plan would replace?"
)


def choose(page: Page, legend: str, words: str) -> None:
    """Choose one of the values of a fact."""
    group = page.get_by_role("group", name=legend, exact=True)
    group.locator(".usa-radio__label", has_text=words).first.click()


def sign_in(page: Page, name: str) -> None:
    """Sign somebody in."""
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def answer(page: Page) -> None:
    """A denial of May 2012: no open enrollment, no waiver."""
    sign_in(page, "alma")
    page.goto("/ask/new?question=enrollment.permitted")
    page.get_by_label("Month").select_option("May")
    page.get_by_label("Day").fill("3")
    page.get_by_label("Year").fill("2012")
    page.get_by_role("button", name="All in one form").click()
    for legend, words in (
        ("Does the person live in Massachusetts?", "Yes"),
        ("Does the person have Medicare?", "No"),
        (EMPLOYERS_PLAN, "No"),
        ("What does the person want to enroll in?", "Individual"),
        ("Has health coverage of the person ended, or is it about to end?", "No"),
        (
            "What happened that could open enrollment outside the open enrollment periods?",
            "Nothing",
        ),
        ("Has the Office of Patient Protection granted the person a waiver?", "No"),
    ):
        choose(page, legend, words)
    press(page, "See the answer")


def letter(page: Page) -> None:
    """The letter of that denial, under a reference."""
    page.get_by_label("Reference of the person").fill("case-1047")
    press(page, "Store")
    with page.expect_navigation():
        page.get_by_role("link", name="Letter", exact=True).click()


def on(page: Page, legend: str, day: date) -> None:
    """Fill in a day."""
    group = page.get_by_role("group", name=legend)
    group.get_by_label("Month").select_option(str(day.month))
    group.get_by_label("Day").fill(str(day.day))
    group.get_by_label("Year").fill(str(day.year))


def queue(page: Page) -> None:
    """Requests that a worker entered, some of them overdue; the reviewer claims two, and asks for
    what is missing of another.
    """
    today = clock.today()
    for number, ago in enumerate(DAYS_AGO):
        came = today - timedelta(days=ago)
        page.goto("/waivers/new")
        page.get_by_label("Reference of the person").fill(f"case-{1047 + 31 * number}")
        page.get_by_label("Or the carrier's name").fill("Harborside Health Plan")
        on(page, "On which day did the applicant receive the denial?", came - timedelta(days=9))
        on(page, "On which day did the Office first receive the request?", came)
        choose(page, "How did it come?", "By mail")
        choose(page, "Who asks?", "The applicant")
        choose(page, "Why did the person go without coverage?", "Another reason")
        on(page, "On which day was the sworn statement signed?", came - timedelta(days=2))
        page.get_by_label("Which paper came?").select_option("The notice of the denial")
        on(page, "On which day did it come?", came)
        press(page, "Enter the request")
    press(page, "Sign out")
    sign_in(page, "rosa")
    requests = _requests(page)
    for request in requests[1:3]:
        page.goto(f"{request}/steps/claim")
        press(page, "Claim it")
    page.goto(f"{requests[4]}/steps/ask-for-missing")
    page.get_by_text("Proof", exact=True).click()
    on(page, "On which day do you want to look again?", today + timedelta(days=7))
    press(page, "Record it")
    page.goto("/waivers")


def _requests(page: Page) -> list[str]:
    """The addresses of the requests in the queue, the one due first at the head."""
    page.goto("/waivers")
    links = page.get_by_role("rowheader").get_by_role("link").all()
    return [str(link.get_attribute("href")) for link in links]


def main() -> None:
    """Take them."""
    program = shutil.which("chromium") or sys.exit("Chromium is needed: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(base_url=address, viewport=SIZE)
        answer(page)
        page.screenshot(path=FOLDER / "answer.png")
        print(f"{FOLDER / 'answer.png'}")
        letter(page)
        page.locator(".sheet").screenshot(path=FOLDER / "letter.png")
        print(f"{FOLDER / 'letter.png'}")
        queue(page)
        page.set_viewport_size(QUEUE_SIZE)
        page.screenshot(path=FOLDER / "queue.png")
        print(f"{FOLDER / 'queue.png'}")
        browser.close()


if __name__ == "__main__":
    main()
