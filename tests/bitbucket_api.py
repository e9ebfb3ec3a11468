"""Bitbucket's REST API for one repository, as far as a setup asks it: it keeps state, and fails when it is told to.

The core is a function from a request to an answer; a real HTTP server on loopback and a transport for httpx both hand
requests to it. What it refuses is what reference bitbucket.md, section 6, says of the API.
"""

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

WORKSPACE, REPOSITORY = "acme", "site"
TOKEN, EMAIL = "ATATT3xFfGF0-secret-token", "dev@acme.example"
BEARER = f"Bearer {TOKEN}"
BASIC = "Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
ROOT = f"repositories/{WORKSPACE}/{REPOSITORY}"
DEFAULTS = ("Test", "Staging", "Production")
WRITE = "write"
CUT_BEFORE, CUT_AFTER = "cut before", "cut after"
"""The connection ends before a request is carried out, or after."""


class Answer(NamedTuple):
    """A status, a document, further headers, and whether it arrives."""

    status: int
    document: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}
    cut: bool = False


class Fault(NamedTuple):
    """What happens to the next request of a method (any, if "") to a path that has `where` in it.

    With the method `WRITE` it is any that changes something; `skip` of them pass before.
    """

    what: Answer | str
    method: str = ""
    where: str = ""
    skip: int = 0

    def means(self, method: str, path: str) -> bool:
        """Whether a request is one of those."""
        return self.method in {"", method, WRITE if method != "GET" else method} and self.where in path


def error(status: int, message: str, **detail: object) -> Answer:
    """An answer as the API refuses something."""
    return Answer(status, {"type": "error", "error": {"message": message, **({"detail": detail} if detail else {})}})


@dataclass
class Bitbucket:
    """The state, what was asked, and what goes wrong next. A page has so many entries, whatever is asked for."""

    address: str = "https://api.example.com/2.0"
    login: str = BEARER
    page: int = 2
    enabled: bool = False
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    next_number: int = 1
    made: int = 0
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def written(self) -> list[tuple[str, str]]:
        """The requests that change something, whether they could or not."""
        return [(method, path) for method, path, _ in self.asked if method != "GET"]

    def add(self, path: str, **entry: object) -> dict[str, Any]:
        """Put something into a list."""
        self.made += 1
        made = {"uuid": f"{{00000000-0000-4000-8000-{self.made:012}}}", **entry}
        if "value" in made:
            self.values[str(made["uuid"])] = str(made["value"])
        self.lists.setdefault(path, []).append(made)
        return made

    def state(self) -> object:
        """What there is, in a form that can be compared: without UUIDs, with values, environments by their names."""
        names = {one["uuid"]: one["name"] for one in self.lists.get(f"{ROOT}/environments", ())}
        shown = {}
        for path, entries in self.lists.items():
            called = "/".join(names.get(part, part) for part in path.split("/"))
            if entries:
                plain = [{**one, "uuid": "", "value": self.values.get(one["uuid"])} for one in entries]
                shown[called] = sorted(json.dumps(one, sort_keys=True) for one in plain)
        return self.enabled, self.next_number, shown

    def answer(self, method: str, target: str, login: str, body: bytes) -> Answer:
        """Answer a request."""
        with self.lock:
            path = unquote(urlsplit(target).path).removeprefix("/2.0/")
            fault = self._fault(method, path)
            if login != self.login:
                found = error(401, f"Token is invalid: {login.rpartition(' ')[2]}")
            elif fault and isinstance(fault.what, Answer):
                found = fault.what
            elif fault and fault.what == CUT_BEFORE:
                found = Answer(0, cut=True)
            else:
                found = self._found(method, target, path, body)._replace(cut=fault is not None)
            self.asked.append((method, path, found.status))
            return found

    def _fault(self, method: str, path: str) -> Fault | None:
        """What goes wrong with a request; it goes wrong once."""
        number = next((number for number, one in enumerate(self.faults) if one.means(method, path)), None)
        if number is None:
            return None
        fault = self.faults.pop(number)
        if fault.skip:
            self.faults.insert(number, fault._replace(skip=fault.skip - 1))
            return None
        return fault

    def _found(self, method: str, target: str, path: str, body: bytes) -> Answer:
        if "{" in urlsplit(target).path:
            return error(400, "braces in a path are escaped")
        document = json.loads(body) if body else {}
        if method == "GET":
            return self._read(path, parse_qs(urlsplit(target).query))
        if path == f"{ROOT}/pipelines_config":
            return self._enable()
        if path == f"{ROOT}/pipelines_config/build_number":
            if document["next"] < self.next_number:
                return error(400, "the build number must grow")
            self.next_number = document["next"]
            return Answer(200, document)
        parent, _, last = path.rpartition("/")
        if method == "POST" and self._exists(path):
            return self._create(path, document)
        entry = next((one for one in self.lists.get(parent, ()) if one["uuid"] == last), None)
        if method == "PUT" and entry and parent.endswith("/variables"):
            assert document.keys() == {"key", "value", "secured"}
            entry |= {"key": document["key"], "secured": document["secured"]}
            self.values[last] = document["value"]
            return Answer(200, self._shown(entry))
        return error(404, "Resource not found")

    def _enable(self) -> Answer:
        if not self.enabled:
            self.enabled = True
            path = f"{ROOT}/environments"
            there = {one["name"].casefold() for one in self.lists.get(path, ())}
            for name in DEFAULTS:
                if name.casefold() not in there:
                    self.add(path, name=name, environment_type={"name": name})
        return Answer(200, {"enabled": True})

    def _exists(self, path: str) -> bool:
        """Whether there is such a list."""
        uuids = {one["uuid"] for one in self.lists.get(f"{ROOT}/environments", ())}
        found = re.fullmatch(rf"{ROOT}/deployments_config/environments/(.*)/variables", path)
        return (found is not None and found[1] in uuids) or path in {
            f"{ROOT}/environments",
            f"{ROOT}/pipelines",
            f"{ROOT}/pipelines_config/variables",
            f"{ROOT}/pipelines_config/schedules",
            f"{ROOT}/pipelines_config/ssh/known_hosts",
            f"workspaces/{WORKSPACE}/pipelines-config/variables",
        }

    def _read(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        if path == f"{ROOT}/pipelines_config":
            return Answer(200, {"enabled": True}) if self.enabled else error(404, "Pipelines was never enabled")
        if not self._exists(path):
            return error(404, "Resource not found")
        entries = self.lists.get(path, [])
        first = (int(query.get("page", ["1"])[0]) - 1) * self.page
        shown = [self._shown(one) for one in entries[first : first + self.page]]
        more = first + self.page < len(entries)
        url = f"{self.address}/{path.replace('{', '%7B').replace('}', '%7D')}?page={first // self.page + 2}"
        return Answer(200, {"values": shown, "pagelen": self.page, **({"next": url} if more else {})})

    def _shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry as the API gives it: the value of a secured variable never."""
        shown = {name: value for name, value in entry.items() if name != "value"}
        if "key" in entry and not entry["secured"]:
            shown["value"] = self.values[entry["uuid"]]
        return shown

    def _create(self, path: str, body: dict[str, Any]) -> Answer:
        if path.endswith("/variables"):
            if body.keys() != {"key", "value", "secured"} or not body["value"]:
                return error(400, "a variable has key, value and secured")
            same = [one for one in self.lists.get(path, ()) if one["key"] == body["key"]]
        elif path.endswith("/environments"):
            if body["environment_type"]["name"] not in DEFAULTS:
                return error(400, "there is no such type")
            same = [one for one in self.lists.get(path, ()) if one["name"].casefold() == body["name"].casefold()]
        elif path.endswith("/known_hosts"):
            assert body["public_key"].keys() == {"type", "key_type", "key"}
            same = [one for one in self.lists.get(path, ()) if one["hostname"] == body["hostname"]]
        else:
            target = body["target"]
            if len(body["cron_pattern"].split()) != 7 or target["ref_type"] != "branch" or "variables" in body:
                return error(400, "no such schedule")
            assert target["selector"]["type"] == "custom"
            same = []  # two equal schedules are two schedules
        if same:
            return error(409, "it exists already")
        return Answer(201, self._shown(self.add(path, **body)))


def transport(bitbucket: Bitbucket) -> httpx.MockTransport:
    """A transport for httpx without any network."""

    def answer(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        found = bitbucket.answer(request.method, target, request.headers.get("authorization", ""), request.content)
        if found.cut:
            said = f"the server has gone; Authorization: {TOKEN}"
            raise httpx.RemoteProtocolError(said, request=request)
        return httpx.Response(found.status, json=dict(found.document), headers=dict(found.headers))

    return httpx.MockTransport(answer)


class _Asked(BaseHTTPRequestHandler):
    bitbucket: Bitbucket

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        found = self.bitbucket.answer(self.command, self.path, self.headers.get("authorization", ""), body)
        self.close_connection = True
        if found.cut:
            return
        text = json.dumps(found.document).encode()
        self.send_response(found.status)
        for name, value in {**found.headers, "content-length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - http.server looks for these names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(bitbucket: Bitbucket) -> Iterator[Bitbucket]:
    """The API on loopback, until the block ends."""
    handler: Any = type("Handler", (_Asked,), {"bitbucket": bitbucket})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        bitbucket.address = f"http://127.0.0.1:{server.server_address[1]}/2.0"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield bitbucket
        finally:
            server.shutdown()
            thread.join()
