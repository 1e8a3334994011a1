"""Signing in through an identity provider: OpenID Connect, authorization code with PKCE, state and
nonce.
"""

import logging
from typing import Any, cast

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from app.access.identities import Identities, NoSecondFactor, NotPlaced, check_roles
from app.access.origin import REFUSED, UNKNOWN
from app.access.people import SignInRefused
from app.api.http.service import current_service, origin
from app.api.people.current import people
from app.console.account.sign_in import renewed
from app.console.guard import browser, own_path, pages, public
from app.single_sign_on import SingleSignOn

log = logging.getLogger(__name__)

ALGORITHMS = frozenset(
    {
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
    }
)
"""Signatures that only the provider can make; never `none`, never one made with a shared secret."""
TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
_NAME = "provider"
_WANTED = "provider_next"

NOT_REACHED = (
    "We cannot reach your organization's sign-in. Try again in a moment, or sign in with a "
    "password."
)
NOT_PROVEN = "Your organization's sign-in did not complete. Start again from the sign-in page."
NOT_ASSERTED = (
    "Your organization recognized you but did not say that you proved a second factor, such as a "
    "code or a passkey. Set one up at your organization, then sign in again."
)
NOT_PLACED = (
    "Your organization recognized you but did not name your office, or one that this service "
    "does not know. Ask your administrator for an account with your office."
)
NOT_KNOWN = (
    "Your organization recognized you, but you have no account for this service. Ask your "
    "administrator for one."
)


def install_provider(app: Flask, settings: SingleSignOn | None) -> None:
    """Prepare the configured identity provider, if any. The service contacts it at the first
    sign-in.

    Raises:
        EnvValidationError: a group of it means a role that there is not.
    """
    if settings is None:
        return
    check_roles(settings)
    app.extensions[_NAME] = OAuth(app).register(
        name=_NAME,
        server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        client_kwargs={
            "scope": settings.scope,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )


def _client(settings: SingleSignOn) -> Any:
    """The client, once the provider's own description of itself is known and is about this
    provider.

    Raises:
        ValueError: it speaks of another issuer, or signs with nothing that can be trusted.
        requests.RequestException: the provider cannot be reached.
    """
    client = current_app.extensions[_NAME]
    metadata = client.load_server_metadata()
    signed_by = ALGORITHMS.intersection(
        metadata.get("id_token_signing_alg_values_supported", ["RS256"])
    )
    if metadata.get("issuer") != settings.issuer or not signed_by:
        client.server_metadata.clear()
        raise ValueError("the provider's metadata names another issuer")
    metadata["id_token_signing_alg_values_supported"] = sorted(signed_by)
    return client


@pages.get("/sign-in/provider")
@public
def ask_provider() -> AnyResponse:
    """Go to the provider. The way back works once, and only in this browser."""
    settings = current_service().settings.single_sign_on or abort(404)
    session.clear()
    session[_WANTED] = own_path(request.args.get("next"))
    try:
        return cast(
            AnyResponse,
            _client(settings).authorize_redirect(
                f"{current_service().settings.issuer}{url_for('pages.return_from_provider')}",
                **_wanted(settings),
            ),
        )
    except (RequestException, ValueError, RuntimeError, KeyError) as error:
        log.warning("cannot use the identity provider: %s", type(error).__name__)
        return _refused_page(NOT_REACHED, 503)


def _wanted(settings: SingleSignOn) -> dict[str, str]:
    """Which kinds of sign-in to request, where one of them asserts a second factor."""
    is_needed = people().requires_second_factor and settings.acr_values
    return {"acr_values": settings.acr_values} if is_needed else {}


@pages.get("/sign-in/callback")
@public
def return_from_provider() -> AnyResponse:
    """Come back from the provider: what it says is checked, then a session begins."""
    settings = current_service().settings.single_sign_on or abort(404)
    try:
        claims = _claims(settings)
        wanted = session.get(_WANTED)
        token = Identities(settings, people()).sign_in(claims, browser(), origin())
    except RequestException as error:
        log.warning("cannot use the identity provider: %s", type(error).__name__)
        return _refused_page(NOT_REACHED, 503)
    except (AuthlibBaseError, JoseError, ValueError, RuntimeError, KeyError, TypeError) as error:
        log.warning("rejected a sign-in through the identity provider: %s", type(error).__name__)
        people().note(origin().did("session.signed_in", UNKNOWN, REFUSED))
        return _refused_page(NOT_PROVEN, 403)
    except NoSecondFactor:
        return _refused_page(NOT_ASSERTED, 403)
    except NotPlaced:
        return _refused_page(NOT_PLACED, 403)
    except SignInRefused:
        return _refused_page(NOT_KNOWN, 403)
    return renewed(token, wanted)


def _claims(settings: SingleSignOn) -> dict[str, Any]:
    """What the provider says of the person, once state, nonce, signature, issuer, audience and time
    were checked.

    Raises:
        AuthlibBaseError, JoseError, ValueError: something of it is not as it must be.
        requests.RequestException: the provider cannot be reached.
    """
    if request.args.get("iss", settings.issuer) != settings.issuer:
        raise ValueError("the response names another issuer")
    token = _client(settings).authorize_access_token(
        claims_options={
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
            "exp": {"essential": True},
            "sub": {"essential": True},
        },
        leeway=LEEWAY_SECONDS,
    )
    if not token.get("userinfo"):
        raise ValueError("the response has no id token")
    return dict(token["userinfo"])


def _refused_page(sentence: str, status: int) -> Response:
    return make_response(
        render_template("pages/message.html", title="You are not signed in", sentence=sentence),
        status,
    )
