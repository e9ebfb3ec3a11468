"""A registry of orbs on loopback: a real HTTP server that answers as CircleCI's endpoint does, or fails as it may."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Asked"], None]
"""Answers one request."""


@dataclass
class Registry:
    """The server: `answers` by reference, of which the last is given again and again, and what was asked."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def publish(self, reference: str, version: str, source: str) -> None:
        """Answer a reference with a version and its source."""
        self.answers[reference] = [orb(reference.partition("@")[0], version, source)]

    def answer(self, request: "Asked") -> None:
        """Answer a request as it is written down; what is not there is no orb."""
        self.asked.append(request.reference)
        answers = self.answers.get(request.reference, [nothing])
        (answers.pop(0) if len(answers) > 1 else answers[0])(request)


class Asked(BaseHTTPRequestHandler):
    """One request."""

    registry: Registry
    reference: str = ""

    def do_POST(self) -> None:
        """Read the query and answer it."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert "orbVersion(orbVersionRef:" in body["query"]
        (self.reference,) = body["variables"].values()
        self.registry.answer(self)

    def send(
        self, body: bytes, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        """Send an answer; a `length` that is not the body's makes it one that is cut short."""
        self.send_response(status)
        self.send_header("content-length", str(len(body) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def reply(document: object) -> Answer:
    """200 with a JSON document."""
    return lambda asked: asked.send(json.dumps(document).encode())


def orb(name: object, version: object, source: object) -> Answer:
    """200 with an orb."""
    return reply({"data": {"orbVersion": {"version": version, "source": source, "orb": {"name": name}}}})


def nothing(asked: Asked) -> None:
    """200, but there is no such orb, or we may not see it."""
    reply({"data": {"orbVersion": None}})(asked)


def status(code: int, **headers: str) -> Answer:
    """Another status than 200."""
    return lambda asked: asked.send(b"<html>no</html>", code, headers)


def raw(body: bytes, length: int | None = None) -> Answer:
    """200 with any bytes, cut short if `length` is more than there are."""
    return lambda asked: asked.send(body, length=length)


def silent(asked: Asked) -> None:
    """No answer as long as the server lives."""
    asked.registry.released.wait(20)


def dripping(asked: Asked) -> None:
    """An answer that never ends, a byte at a time."""
    asked.send(b"", length=1_000_000)
    _drip(asked, b" ")


def dripping_head(asked: Asked) -> None:
    """The head of an answer that never ends, a byte at a time."""
    asked.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    _drip(asked, b"x")


def _drip(asked: Asked, byte: bytes) -> None:
    try:
        while not asked.registry.released.wait(0.05):
            asked.wfile.write(byte)
    except OSError:
        return  # whoever asked has gone


@contextmanager
def serving() -> Iterator[Registry]:
    """A registry that runs until the block ends."""
    registry = Registry()
    handler: Any = type("Handler", (Asked,), {"registry": registry})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        registry.url = f"http://127.0.0.1:{server.server_address[1]}/graphql-unstable"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield registry
        finally:
            registry.released.set()
            server.shutdown()
            thread.join()
