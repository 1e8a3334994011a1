"""The service over HTTP, version 1."""

from flask import Flask

from app.api.documentation import show_documentation
from app.api.faults import handle_faults
from app.api.openapi import document_api
from app.api.pages import show_pages
from app.api.requests import watch_requests
from app.api.service import Service, install


def mount(app: Flask, service: Service) -> None:
    """Put every address of the service into an application."""
    app.config["MAX_CONTENT_LENGTH"] = service.settings.body_bytes
    app.url_map.merge_slashes = False
    install(app, service)
    watch_requests(app)
    handle_faults(app)
    show_documentation(app, document_api(app, service))
    show_pages(app, service)
