"""Bitbucket's REST API over HTTP: reads lists to their end, sends requests, and says in words what went wrong.

What may be asked twice is asked again where that helps: after 429 as late as the server wants, after 5xx and cut
connections with growing pauses. A POST that may have been carried out is never repeated here: it is `Unclear`, and
whoever sent it looks what there is. The token goes into one header, to one address, and into no message.
"""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import click
import httpx

from migrate import __version__
from migrate.cli.exits import Refused
from migrate.cli.retry_after import seconds
from migrate.setup.api import API, ENABLES, READS, WRITES, Body

TOKENS = ("CIRCLE2BB_TOKEN", "BITBUCKET_TOKEN")
EMAILS = ("CIRCLE2BB_EMAIL", "BITBUCKET_EMAIL")
ADDRESS = "CIRCLE2BB_API"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Where a token may be sent in the clear."""
_LONGEST = 300
"""So much of what a server says is shown."""


class Limits(NamedTuple):
    """How often something is asked, and how long is waited, in seconds."""

    attempts: int = 5
    pause: float = 0.5
    longest: float = 120.0
    timeout: float = 30.0
    pages: int = 1000


LIMITS = Limits()


class Clock(NamedTuple):
    """The time since 1970 in seconds, and a way to let it pass."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class Unclear(Exception):  # noqa: N818 - it is no error yet
    """A request may have been carried out or not."""


class _Again(Exception):  # noqa: N818 - it is no error yet
    """Asking again may help, after so many seconds; `sent` is whether the request may have been carried out."""

    def __init__(self, said: str, *, sent: bool, after: float = 0.0) -> None:
        super().__init__(said)
        self.sent, self.after = sent, after


class Api:
    """The API at an address, with a login; `transport` and `clock` are others in tests."""

    def __init__(
        self,
        address: str,
        login: str,
        *,
        limits: Limits = LIMITS,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.address = address.rstrip("/")
        self.limits, self.clock = limits, clock or Clock()
        headers = {"Authorization": login, "Accept": "application/json", "User-Agent": f"circle2bb/{__version__}"}
        self._secrets = _secrets(login)
        self._client = httpx.Client(
            headers=headers, timeout=limits.timeout, follow_redirects=False, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, *, optional: bool = False) -> dict[str, Any]:
        """What stands at a path; nothing if there is nothing and it is `optional`."""
        answer = self._ask("GET", f"{self.address}/{path}", None)
        if optional and answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        self._check(answer, "GET", path)
        return self._json(answer, path)

    def list(self, path: str, *, pages: int = 0) -> list[dict[str, Any]]:
        """All of a list, or so many `pages`. The next page's address is the server's: the token goes to ours alone."""
        found: list[dict[str, Any]] = []
        url = f"{self.address}/{path}" if "?" in path else f"{self.address}/{path}?pagelen=100"
        for number in range(1, self.limits.pages + 1):
            answer = self._ask("GET", url, None)
            self._check(answer, "GET", path)
            page = self._json(answer, path)
            values, url = page.get("values"), page.get("next") or ""
            found += [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
            if not url or number == pages:
                return found
            if not isinstance(url, str) or not url.startswith(f"{self.address}/"):
                said = f"the next page would be at {self._shown(str(url))}, outside of it"
                raise self._refused(path, said)
        said = f"the list has more than {self.limits.pages} pages"
        raise self._refused(path, said)

    def send(self, method: str, path: str, body: Body) -> None:
        """Change something. Raises `Unclear` if it may be done or not, or is there already."""
        answer = self._ask(method, f"{self.address}/{path}", body)
        if method == "POST" and answer.status_code == httpx.codes.CONFLICT:
            raise Unclear(self._said(answer))
        self._check(answer, method, path)

    def _ask(self, method: str, url: str, body: Body | None) -> httpx.Response:
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._attempt(method, url, body)
            except _Again as reason:
                if reason.sent and method == "POST":
                    raise Unclear(str(reason)) from None
                pause = max(self.limits.pause * 2 ** (attempt - 1), reason.after)
                if attempt == self.limits.attempts or pause > self.limits.longest:
                    asked = "once" if attempt == 1 else f"{attempt} times"
                    wait = f"; it wants to be left alone for {pause:.0f} seconds" if reason.after else ""
                    raise self._refused(self._path(url), f"{reason}; it was asked {asked}{wait}", method) from None
            self.clock.sleep(pause)
        raise AssertionError

    def _attempt(self, method: str, url: str, body: Body | None) -> httpx.Response:
        try:
            answer = self._client.request(method, url, json=body)
        except httpx.TransportError as error:
            never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            said = "it cannot be reached" if never else "the connection broke, or took too long"
            # `from None`: what httpx raises holds the request, and the request the token.
            said = f"{said} ({type(error).__name__})"
            raise _Again(said, sent=not never) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._refused(self._path(url), type(error).__name__, method) from None
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            wait = seconds(answer.headers.get("retry-after", ""), self.clock.now())
            raise _Again(self._said(answer), sent=answer.is_server_error, after=wait)
        return answer

    def _check(self, answer: httpx.Response, method: str, path: str) -> None:
        """Whether an answer is one of success; the program ends with a reason otherwise."""
        if answer.is_success:
            return
        said = self._said(answer)
        hint = _HINTS.get(answer.status_code, "")
        if answer.status_code == httpx.codes.FORBIDDEN:
            hint = f"the token lacks a scope: {', '.join(_required(answer)) or _scope(method, path)}"
        raise self._refused(path, f"{said}{f'; {hint}' if hint else ''}", method)

    def _json(self, answer: httpx.Response, path: str) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            said = "the answer is no JSON object, so this is not Bitbucket's API"
            raise self._refused(path, said)
        return found

    def _said(self, answer: httpx.Response) -> str:
        """The status, and the API's own words."""
        status = f"it answers {answer.status_code} {answer.reason_phrase}".rstrip()
        error = _at(_document(answer), "error")
        words = [word for word in (_at(error, "message"), _at(error, "detail")) if isinstance(word, str)]
        return f"{status}: {self._shown('; '.join(words))}" if words else status

    def _shown(self, text: str) -> str:
        """A text from outside as one line, without the token, whoever put it in there."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        line = " ".join(text.split())
        return "".join(char if char.isprintable() else "?" for char in line[:_LONGEST])

    def _path(self, url: str) -> str:
        return url.removeprefix(f"{self.address}/").partition("?")[0]

    def _refused(self, path: str, said: str, method: str = "GET") -> Refused:
        return Refused(f"circle2bb: error: {method} {self.address}/{path}: {said}")


_HINTS = {
    401: f"see whether {TOKENS[0]} is right and has not expired, and whether it needs {EMAILS[0]}: an API token goes "
    "with the account's email, an access token without",
    404: "there is no such repository or workspace, or the token may not see it",
}


def _scope(method: str, path: str) -> str:
    """The scope that a request needs (reference bitbucket.md, section 6.1)."""
    return READS if method == "GET" else ENABLES if path.endswith("/pipelines_config") else WRITES


def _required(answer: httpx.Response) -> Iterator[str]:
    """The scopes that the API says are missing."""
    names = _at(_at(_at(_document(answer), "error"), "detail"), "required")
    yield from (name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def _document(answer: httpx.Response) -> object:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _at(node: object, key: str) -> object:
    return node.get(key) if isinstance(node, dict) else None


def _secrets(login: str) -> tuple[str, ...]:
    """What no message may have: the header's credentials, and the token in them."""
    kind, _, credentials = login.partition(" ")
    token = base64.b64decode(credentials).decode().partition(":")[2] if kind == "Basic" else ""
    return tuple(filter(None, (credentials, token)))


def login() -> str:
    """The header's login: Basic for an API token with the account's email, Bearer for an access token (section 6.4)."""
    token = next((value for name in TOKENS if (value := os.environ.get(name, "").strip())), "")
    email = next((value for name in EMAILS if (value := os.environ.get(name, "").strip())), "")
    if not token:
        said = f"there is no token: set {TOKENS[0]} (and {EMAILS[0]}, if it is an API token)"
        raise click.UsageError(said)
    if not (token.isascii() and token.isprintable()):
        said = "the token has characters that no token has; it is not shown here"
        raise click.UsageError(said)
    if not email:
        return f"Bearer {token}"
    return "Basic " + base64.b64encode(f"{email}:{token}".encode()).decode()


def api() -> Api:
    """Bitbucket's API, or the one that CIRCLE2BB_API names, with the environment's login."""
    address = os.environ.get(ADDRESS) or API
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    safe = url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK)
    if not safe or not url.host or url.query or url.userinfo:
        said = f"{ADDRESS} must be the https:// address of the API; http:// is for this machine alone"
        raise click.UsageError(said)
    return Api(address, login())


__all__ = ["ADDRESS", "EMAILS", "LIMITS", "TOKENS", "Api", "Clock", "Limits", "Unclear", "api", "login"]
