"""CircleCI's registry of orbs, asked over HTTP: the only place that opens a connection.

Each request is asked again a few times where that may help, and all of it has one deadline: a server that answers
a byte a second is given up like one that does not answer.
"""

import asyncio
import os
from time import monotonic, time
from typing import NamedTuple, NoReturn

import click
import httpx

from migrate import __version__
from migrate.circleci.orbs import Reference
from migrate.cli.exits import Refused
from migrate.cli.registry_answer import Published, read
from migrate.cli.retry_after import seconds

PUBLIC = "https://circleci.com/graphql-unstable"
ENDPOINT = "CIRCLE2BB_ORB_REGISTRY"
_QUERY = """query OrbSource($reference: String!) {
  orbVersion(orbVersionRef: $reference) { version source orb { name } }
}"""
_TOO_MANY = 429
_SERVER = 500


class Limits(NamedTuple):
    """How long and how often the registry is asked, in seconds, and how many bytes it may answer."""

    connect: float = 10.0
    read: float = 20.0
    overall: float = 60.0
    attempts: int = 3
    pause: float = 0.5
    size: int = 10_000_000


LIMITS = Limits()


class _Retry(Exception):  # noqa: N818 - it is no error yet
    """Asking again may help; `after` is how many seconds the server wants to be left alone."""

    def __init__(self, said: str, after: float = 0.0) -> None:
        super().__init__(said)
        self.after = after


class _Failed(Exception):  # noqa: N818 - it becomes one where the reference is known
    """Asking again would not help."""


class Registry(NamedTuple):
    """A registry by the address of its GraphQL endpoint."""

    endpoint: str
    limits: Limits

    def published(self, reference: Reference) -> Published | None:
        """The newest version that a reference means, with its source; None if the registry shows us none."""
        try:
            return read(asyncio.run(self._within_the_deadline(reference)), reference)
        except TimeoutError:
            self._fail(reference, f"there was no whole answer within {self.limits.overall:g} seconds")
        except (_Failed, _Retry, ValueError) as error:
            self._fail(reference, str(error))

    async def _within_the_deadline(self, reference: Reference) -> bytes:
        async with asyncio.timeout(self.limits.overall):
            return await self._answer(reference)

    async def _answer(self, reference: Reference) -> bytes:
        timeouts = httpx.Timeout(self.limits.read, connect=self.limits.connect)
        agent = {"User-Agent": f"circle2bb/{__version__}", "Accept-Encoding": "identity"}
        started = monotonic()
        async with httpx.AsyncClient(timeout=timeouts, headers=agent, follow_redirects=False) as client:
            for attempt in range(1, self.limits.attempts + 1):
                try:
                    return await self._attempt(client, reference)
                except _Retry as reason:
                    pause = max(self.limits.pause * 2 ** (attempt - 1), reason.after)
                    late = monotonic() - started + pause >= self.limits.overall
                    if attempt == self.limits.attempts or late:
                        said = f"{reason}; it was asked {attempt} times"
                        raise _Failed(said) from reason
                await asyncio.sleep(pause)
        raise AssertionError

    async def _attempt(self, client: httpx.AsyncClient, reference: Reference) -> bytes:
        asked = {"query": _QUERY, "variables": {"reference": str(reference)}}
        try:
            async with client.stream("POST", self.endpoint, json=asked) as response:
                _check(response)
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > self.limits.size:
                        said = f"the answer is larger than {self.limits.size} bytes"
                        raise _Failed(said)
                return body
        except httpx.TimeoutException as error:
            said = "it did not answer in time"
            raise _Retry(said) from error
        except httpx.RemoteProtocolError as error:
            said = f"the answer was cut short or is no HTTP ({_line(error)})"
            raise _Retry(said) from error
        except httpx.TransportError as error:
            said = f"it cannot be reached ({_line(error)})"
            raise _Retry(said) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Failed(_line(error)) from error

    def _fail(self, reference: Reference, said: str) -> NoReturn:
        line = (
            f"circle2bb: error: the orb {reference} was not fetched from {self.endpoint}: {said}; nothing was written. "
            "Try again later, or give its source with --orb-source"
        )
        raise Refused(line)


def registry() -> Registry:
    """The registry that CIRCLE2BB_ORB_REGISTRY names, or CircleCI's own."""
    endpoint = os.environ.get(ENDPOINT) or PUBLIC
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        said = f"{ENDPOINT} is '{endpoint}'; it must be the http:// or https:// address of a GraphQL endpoint"
        raise click.UsageError(said)
    return Registry(endpoint, LIMITS)


def _check(response: httpx.Response) -> None:
    """Whether the status is that of an answer."""
    status = f"it answers {response.status_code} {response.reason_phrase}".rstrip()
    if response.status_code == _TOO_MANY or response.status_code >= _SERVER:
        raise _Retry(status, seconds(response.headers.get("retry-after", ""), time()))
    if response.is_redirect:
        said = f"{status}, to {response.headers.get('location', 'nowhere')[:200]!r}; set {ENDPOINT} if it has moved"
        raise _Failed(said)
    if response.status_code != httpx.codes.OK:
        raise _Failed(status)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


__all__ = ["ENDPOINT", "LIMITS", "Limits", "Registry", "registry"]
