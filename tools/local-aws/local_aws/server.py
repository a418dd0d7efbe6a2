"""The HTTP server: HTTP/1.1 with keep-alive, one thread for each connection.

The one that comes with moto closes each connection after its answer; with a
latency and many concurrent calls that is most of the time. Here an answer is
one write, and a fault can end the connection with or without a TCP reset.
"""

from __future__ import annotations

import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .calls import HttpRequest
from .control import PREFIX, Control
from .gateway import Cut, Gateway
from .wire import Reply


class Server(ThreadingHTTPServer):
    """Binds the port itself: port 0 is a free one, known once the socket listens."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, gateway: Gateway, control: Control) -> None:
        self.gateway = gateway
        self.control = control
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look up the host's full name, which may ask a name server.
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HttpRequest(self.command, path, query, headers, self._body(headers), self._abandoned)
        if path.startswith(PREFIX):
            answer: Reply | Cut = self.server.control.handle(request)
        else:
            answer = self.server.gateway.handle(request)
        if isinstance(answer, Cut):
            self._cut(answer)
        else:
            self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _serve

    def _abandoned(self) -> bool:
        """Whether the other side has closed; a look that takes nothing from the stream."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        return self.rfile.read(int(headers.get("content-length") or 0))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _send(self, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines += [f"Date: {self.date_time_string()}", f"Content-Length: {len(reply.body)}"]
        if self.close_connection:
            lines.append("Connection: close")
        body = b"" if self.command == "HEAD" else reply.body
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def _cut(self, cut: Cut) -> None:
        self.close_connection = True
        if cut.reset:
            # No linger: closing sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """The request log is the journal's."""
