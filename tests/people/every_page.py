"""Every page in every state, as every role of people, looked at by axe-core. Takes some time.

python -m tests.people.every_page
"""

import logging
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Error

from app.access.origin import Origin
from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, peoples_roles
from app.api.people.current import install_people
from app.determinations.decide import Decider
from app.law.reading.kept_lawbook import open_kept_lawbook
from app.records.migrate import upgrade
from app.settings import Settings
from tests.browsers import launched, listening
from tests.people.administering_states import AS
from tests.people.conftest import PASSWORD, serving, settings_in
from tests.people.looking import violations
from tests.people.test_accessible import STATES
from tests.people.test_real_browser import sign_in

OFFICE = Origin("command:pages")
WAIT_MS = 2000
"""Where a role lacks a page's form, its state is not reached; the page it sees instead is."""
NAMES = {
    "alma": "eligibility_worker",
    "bo": "auditor",
    **{f"every-{role}": role for role in peoples_roles()},
}
"""The accounts: those that states speak of, and one of each role."""


def main() -> int:
    """Look at everything; 1 where anything is wrong."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    wrong = count = 0
    with tempfile.TemporaryDirectory() as folder, launched() as chromium:
        settings = Settings(instance=Path(folder))
        decider = Decider(open_kept_lawbook(settings.rulesets, settings.lawbooks))
        for role in peoples_roles():
            (own := Path(folder) / role).mkdir()
            with listening(served(decider, own)) as address:
                for state in STATES:
                    found = seen(chromium, address, f"every-{role}", state)
                    count, wrong = count + 1, wrong + len(found)
                    sys.stdout.writelines(f"{role}, {state}: {each}\n" for each in found)
    sys.stdout.write(f"{count} pages, {wrong} violations\n")
    return 1 if wrong else 0


def served(decider: Decider, folder: Path) -> Flask:
    """A service with these accounts on a database of its own."""
    upgrade(settings := settings_in(folder))
    app = serving(decider, settings)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    people = People(app.extensions["eligibility"].store, Passwords(lambda: cheap))
    install_people(app, people)
    for name, role in NAMES.items():
        people.roster.create(NewAccount(name, role, "office-12"), OFFICE, PASSWORD)
    return app


def seen(chromium: Browser, address: str, name: str, state: str) -> list[str]:
    """What is wrong with the page that somebody sees in a state."""
    AS.update(dict.fromkeys(("adam", "ada"), name))
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    try:
        page.goto("/sign-in")
        sign_in(page, name, PASSWORD)
        with suppress(Error):
            STATES[state](page)
        page.wait_for_load_state()
        return violations(page)
    finally:
        context.close()


if __name__ == "__main__":
    sys.exit(main())
