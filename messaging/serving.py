"""Web servers inside this process, on ports that were free when asked."""

import errno
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from waitress import create_server

from records.errors import UnsafeSettings


def check_free(ports: dict[str, int], host: str = "127.0.0.1") -> None:
    """Raise UnsafeSettings with one clear sentence for each port that another program has."""
    taken = [
        f"port {port} is in use: stop the program that has it, or set {name}"
        for name, port in ports.items()
        if _is_taken(host, port)
    ]
    if taken:
        raise UnsafeSettings("; ".join(taken))


def _is_taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


@dataclass
class Server:
    """A Flask application served by waitress from a thread of its own."""

    app: Flask
    host: str
    port: int
    threads: int
    _server: Any = field(default=None, init=False)

    def start(self) -> None:
        """Listen, and serve in the background."""
        self._server = create_server(
            self.app,
            host=self.host,
            port=self.port,
            threads=self.threads,
            connection_limit=max(
                200, self.threads * 2
            ),  # its default of 100 stops the whole site (libraries.md 2)
            max_request_body_size=1024 * 1024,
            ident=None,
        )
        threading.Thread(target=self._server.run, name=f"server {self.port}", daemon=True).start()

    def stop(self) -> None:
        """Stop listening; requests in hand finish."""
        if self._server is not None:
            self._server.task_dispatcher.shutdown(timeout=1)
            self._server.close()
