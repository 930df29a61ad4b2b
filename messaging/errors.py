"""What every page of ours shares: headers that keep browsers safe, and errors that say nothing of our insides."""

import logging

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from records import logs

log = logging.getLogger(__name__)

POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def guard(app: Flask) -> None:
    """Give every response the headers, and every failure one plain sentence."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.errorhandler(Exception)
    def plainly(error: Exception) -> tuple[str, int, dict[str, str]]:
        if not isinstance(error, HTTPException):
            log.error("request failed: %s at %s", type(error).__name__, logs.place(error))
            error = InternalServerError()
        code = 400 if isinstance(error, RequestEntityTooLarge) else error.code or 500
        return f"{code} {error.name}\n", code, {"Content-Type": "text/plain; charset=utf-8"}
