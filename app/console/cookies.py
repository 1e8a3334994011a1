"""The two cookies: one names the session of somebody signed in, one carries what belongs to a form
until it is sent.
"""

from dataclasses import dataclass

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that only this host sets and reads, over TLS, out of reach of scripts and of
    requests from other sites.
    """

    plain_name: str

    def name(self, plain: bool) -> str:
        """Its name; browsers keep one that begins with `__Host-` to this host, to TLS and to the
        whole site.
        """
        return self.plain_name if plain else f"__Host-{self.plain_name}"

    def read(self, incoming: Request, plain: bool) -> str | None:
        """Its value in a request."""
        return incoming.cookies.get(self.name(plain))

    def set(self, response: Response, value: str, plain: bool) -> None:
        """Give it to a browser until the browser is closed."""
        response.set_cookie(
            self.name(plain), value, path="/", secure=not plain, httponly=True, samesite="Lax"
        )

    def drop(self, response: Response, plain: bool) -> None:
        """Take it from a browser."""
        response.delete_cookie(
            self.name(plain), path="/", secure=not plain, httponly=True, samesite="Lax"
        )


SESSION_COOKIE = Cookie("eligibility-session")
FORM_COOKIE = Cookie("eligibility-form")


class FormSessions(SecureCookieSessionInterface):
    """What the form's cookie carries.

    Most requests are of machines and bring none; for them nothing is made ready to read it.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The content of a request's form cookie, or empty without a valid one."""
        is_sent = self.get_cookie_name(app) in request.cookies
        return super().open_session(app, request) if is_sent else self.session_class()
