"""Pages for people: signing in and out, the password, the open sessions.

Plain HTML, which works without JavaScript.
"""

from flask import Flask, Response

from app.access.people import LIMITS, People
from app.access.principal import PUBLIC
from app.api.http.operations import requires
from app.api.http.service import Service
from app.api.people.pages import errors, provider, sign_in, yours
from app.api.people.pages.cookies import FORM_COOKIE, FormSessions
from app.api.people.pages.guard import csrf, install_people, login_manager, pages

__all__ = ["errors", "provider", "show_pages", "sign_in", "yours"]


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
    install_people(app, People(service.store))
    csrf.init_app(app)
    app.login_manager = login_manager  # type: ignore[attr-defined]  # not init_app: it would answer for remember-me cookies too
    provider.install_provider(app, settings.single_sign_on)
    app.register_blueprint(pages)
    app.view_functions["pages.static"] = _static


@requires(PUBLIC)
def _static(filename: str) -> Response:
    return pages.send_static_file(filename)
