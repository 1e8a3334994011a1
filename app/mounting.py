"""Where every address of the service is put into an application."""

import secrets
from functools import partial

from flask import Flask

from app.api.docs.documentation import show_documentation
from app.api.docs.openapi import document_api, register_views
from app.api.docs.worked_example import worked_example
from app.api.http.answered.faults import handle_faults
from app.api.http.asked.authentication import authenticate_requests
from app.api.http.asked.bulkheads import install_bulkheads
from app.api.http.asked.limits import limit_addresses, limit_credentials
from app.api.http.asked.requests import trust_proxies, watch_requests
from app.api.http.disclosing import enter_disclosures
from app.api.http.service import Service, install
from app.api.machines.oauth import install_oauth
from app.console import show_pages


def mount(app: Flask, service: Service) -> None:
    """Put every address of the service into an application."""
    app.config["MAX_CONTENT_LENGTH"] = service.settings.body_bytes
    app.secret_key = app.secret_key or service.settings.secret_key or secrets.token_urlsafe(32)
    app.url_map.merge_slashes = False
    trust_proxies(app, service.settings.proxy_hops)
    install(app, service)
    watch_requests(app)
    limit_addresses(app, service.settings)
    install_bulkheads(app, service.settings)
    authenticate_requests(app, service.authenticator)
    limit_credentials(app)
    handle_faults(app)
    install_oauth(app)
    register_views(app)
    show_documentation(app, partial(document_api, app, service), partial(worked_example, service))
    show_pages(app, service)
    enter_disclosures(app, service.store)
