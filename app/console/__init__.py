"""Pages for people: questions put and answered, stored answers, one's own account.

Plain HTML, which works without JavaScript.
"""

import pkgutil
from importlib import import_module

from flask import Flask

from app.access.people import LIMITS, People
from app.api.http.service import Service
from app.api.people.current import install_people
from app.console.account.provider import install_provider
from app.console.ask.drafting import install_drafts
from app.console.cookies import FORM_COOKIE, FormSessions
from app.console.errors import answer_not_found
from app.console.guard import csrf, login_manager, pages
from app.records.ledger.retention import DEFAULT, read_periods
from app.records.people.drafts import Drafts

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    import_module(_module.name)  # each gives its pages to the blueprint


def show_pages(app: Flask, service: Service) -> None:
    """Serve the pages, and let views know who is signed in."""
    settings = service.settings
    app.session_interface = FormSessions()
    app.config.update(
        SESSION_COOKIE_NAME=FORM_COOKIE.name(settings.plain_cookies),
        SESSION_COOKIE_SECURE=not settings.plain_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LIMITS.absolute,
        # Pages check all that is sent to them; /v1 takes no cookies and needs no token.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the form's cookie
        # Goes by the Referer, which our pages tell browsers not to send; see guard.check_form.
        WTF_CSRF_SSL_STRICT=False,
    )
    required, unused = settings.requires_second_factor, settings.unused_days
    install_people(app, People(service.store, requires_second_factor=required, unused_days=unused))
    lasts = read_periods(settings.retention or DEFAULT)["draft"]
    install_drafts(app, Drafts(service.store, lasts))
    csrf.init_app(app)
    app.login_manager = login_manager  # type: ignore[attr-defined]  # not init_app: it would answer for remember-me cookies too
    install_provider(app, settings.single_sign_on)
    app.register_blueprint(pages)
    app.register_error_handler(404, answer_not_found)
