"""The gunicorn worker of this service: what is not proper HTTP is refused as a problem, and nothing of it is quoted.

gunicorn's own worker writes the line it could not read into its log and into its answer. A body that was announced too
short is read as the next request, so that line may hold an applicant's facts.
"""

import json
import socket
from uuid import uuid4

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker that quotes nothing it could not read."""

    def handle_error(self, req: object, client: socket.socket, addr: object, exc: BaseException) -> None:
        """Answer a request that never reached the application, and log the kind of fault only."""
        status, title = 400, "The request cannot be understood"
        if isinstance(exc, LimitRequestLine):
            status, title = 414, "The address is too long"
        elif isinstance(exc, LimitRequestHeaders):
            status, title = 431, "The headers are too large"
        request_id = str(uuid4())
        self.log.warning("refused what is not proper HTTP: %s, request %s", type(exc).__name__, request_id)
        body = json.dumps(
            {
                "type": "/problems/bad-request",
                "title": title,
                "status": status,
                "detail": "The request is not proper HTTP, or a part of it is too large.",
                "request_id": request_id,
            }
        ).encode()
        head = (
            f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\nX-Request-Id: {request_id}\r\nX-Content-Type-Options: nosniff\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            self.log.debug("the client was gone before it could be told")
