"""The service over HTTP, version 1."""

import secrets

from flask import Flask

from app.api.authentication import authenticate_requests
from app.api.documentation import show_documentation
from app.api.faults import handle_faults
from app.api.limits import limit_addresses, limit_credentials
from app.api.oauth import serve_oauth
from app.api.openapi import document_api
from app.api.pages import show_pages
from app.api.requests import trust_proxies, watch_requests
from app.api.service import Service, install


def mount(app: Flask, service: Service) -> None:
    """Put every address of the service into an application."""
    app.config["MAX_CONTENT_LENGTH"] = service.settings.body_bytes
    app.secret_key = app.secret_key or service.settings.secret_key or secrets.token_urlsafe(32)
    app.url_map.merge_slashes = False
    trust_proxies(app, service.settings.proxy_hops)
    install(app, service)
    watch_requests(app)
    limit_addresses(app, service.settings)
    authenticate_requests(app, service.gate)
    limit_credentials(app)
    handle_faults(app)
    serve_oauth(app)
    show_documentation(app, document_api(app, service))
    show_pages(app, service)
