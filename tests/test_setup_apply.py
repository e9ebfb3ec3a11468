"""A plan is carried out: from any state, whatever breaks on the way, nothing twice, and no secret in what is said."""

import json
from typing import NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.cli.bitbucket_api import Api, Clock, Limits
from migrate.cli.exits import Refused
from migrate.cli.setup_apply import Applying
from migrate.cli.setup_values import Values
from migrate.lower.draft import Schedule
from migrate.report.checklist import Environment
from migrate.setup import api as calls
from migrate.setup.api import Paths
from migrate.setup.known_hosts import HostKey
from migrate.setup.plan import DEPLOYMENT, REPOSITORY, WORKSPACE, KnownHost, Plan, Variable
from tests import bitbucket_api
from tests.bitbucket_api import (
    BASIC,
    BEARER,
    CUT_AFTER,
    CUT_BEFORE,
    ROOT,
    TOKEN,
    WRITE,
    Answer,
    Bitbucket,
    Fault,
    error,
    transport,
)

PATHS = Paths(bitbucket_api.WORKSPACE, bitbucket_api.REPOSITORY)


def variable(name: str, *, secured: bool = False, scope: str = REPOSITORY, place: str = "") -> Variable:
    """A variable of the plan, whose value has the name of its place in it."""
    return Variable(name, secured, scope, ("job",), place, (), (f"{place}/{name}",))


KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIGtleQ")
PLAN = Plan(
    "config.yml",
    (
        variable("ORG", scope=WORKSPACE),
        variable("PLAIN"),
        variable("SECRET", secured=True),
        variable("THIRD"),
        variable("TOKEN", secured=True, scope=DEPLOYMENT, place="production"),
        variable("TOKEN", secured=True, scope=DEPLOYMENT, place="eu/west 1"),
        variable("URL", scope=DEPLOYMENT, place="eu/west 1"),
    ),
    (Environment("production", "Production"), Environment("eu/west 1", "Staging")),
    (KnownHost("example.com", ("job",), KEY), KnownHost("other.example.com", ("job",), KEY)),
    (Schedule("nightly", "0 0 3 * * ? *", "main", "nightly"), Schedule("nightly", "0 0 3 * * ? *", "dev", "nightly")),
)
GIVEN = {one.sources[0]: f"value of {one.sources[0]}" for one in PLAN.variables}


def run(
    bitbucket: Bitbucket,
    plan: Plan = PLAN,
    *,
    login: str = BEARER,
    given: dict[str, str] = GIVEN,
    overwrite: bool = False,
    dry: bool = False,
) -> tuple[Applying, list[str], list[float]]:
    """Carry a plan out; what was said, and how long was waited."""
    said: list[str] = []
    waited: list[float] = []
    client = Api(bitbucket.address, login, clock=Clock(lambda: 0.0, waited.append), transport=transport(bitbucket))
    applying = Applying(plan, PATHS, client, Values(given), overwrite, dry, said.append)
    applying.run()
    return applying, said, waited


def path_of(bitbucket: Bitbucket, one: Variable) -> str:
    """The list that a variable is in; "" if its environment is not there."""
    if one.scope == WORKSPACE:
        return f"workspaces/{bitbucket_api.WORKSPACE}/pipelines-config/variables"
    if one.scope == REPOSITORY:
        return f"{ROOT}/pipelines_config/variables"
    places = bitbucket.lists.get(f"{ROOT}/environments", [])
    uuid = next((each["uuid"] for each in places if each["name"].casefold() == one.environment.casefold()), "")
    return f"{ROOT}/deployments_config/environments/{uuid}/variables" if uuid else ""


def check_reached(bitbucket: Bitbucket, plan: Plan, old: frozenset[int] = frozenset()) -> None:
    """The state is what the plan wants, each thing once; of the variables `old` the value was there, and secured."""
    assert bitbucket.enabled
    names = [one["name"].casefold() for one in bitbucket.lists[f"{ROOT}/environments"]]
    assert len(names) == len(set(names))
    assert {one.name.casefold() for one in plan.environments} <= set(names)
    for number, one in enumerate(plan.variables):
        (found,) = [each for each in bitbucket.lists[path_of(bitbucket, one)] if each["key"] == one.name]
        assert found["secured"] or not one.secured
        wanted = "old" if number in old else GIVEN[one.sources[0]]
        assert bitbucket.values[found["uuid"]] == wanted
    for host in plan.hosts:
        (found,) = [h for h in bitbucket.lists[PATHS.known_hosts] if h["hostname"].strip("[]:2") == host.name]
        assert found["public_key"]["key"] == KEY.key
    for schedule in plan.schedules:
        body = calls.schedule(schedule)
        assert sum(body.items() <= one.items() for one in bitbucket.lists[PATHS.schedules]) == 1


def test_an_empty_repository_gets_all_of_it() -> None:
    """All is made, once, and a second run sends nothing that changes something."""
    bitbucket = Bitbucket()

    applying, said, _ = run(bitbucket)
    check_reached(bitbucket, PLAN)
    first = bitbucket.state()
    assert len(bitbucket.lists[f"{ROOT}/environments"]) == 4, "'production' is Bitbucket's own Production"
    assert applying.changed == len(bitbucket.written) == sum(line.startswith("done: ") for line in said)
    assert not applying.open

    bitbucket.asked.clear()
    again, said, _ = run(bitbucket)
    assert not bitbucket.written
    assert again.changed == 0
    assert all(line.startswith("as it is: ") for line in said)
    assert bitbucket.state() == first


class Before(NamedTuple):
    """What there is of the plan: how its variables are, and which environments, hosts and schedules are there."""

    enabled: bool
    variables: list[str]
    places: set[int]
    hosts: set[int]
    schedules: set[int]

    def fill(self, bitbucket: Bitbucket) -> frozenset[int]:
        """Put it there, and things that are nobody's business; the variables whose value will stay as it is."""
        if self.enabled:
            bitbucket._enable()
        for number in self.places:
            place = PLAN.environments[number]
            if not path_of(bitbucket, variable("", scope=DEPLOYMENT, place=place.name)):
                bitbucket.add(PATHS.environments, name=place.name.upper(), environment_type={"name": place.type})
        stays = set()
        for number, (how, one) in enumerate(zip(self.variables, PLAN.variables, strict=True)):
            path = path_of(bitbucket, one)
            if how != "absent" and path:
                value = GIVEN[one.sources[0]] if how == "same" else "old"
                bitbucket.add(path, key=one.name, secured=how == "secured", value=value)
                stays |= {number} if how == "secured" else set()
        for number in self.hosts:
            name = PLAN.hosts[number].name
            bitbucket.add(PATHS.known_hosts, **{**calls.known_host(name, KEY), "hostname": f"[{name}]:22"})
        for number in self.schedules:
            bitbucket.add(PATHS.schedules, **calls.schedule(PLAN.schedules[number]))
        bitbucket.add(PATHS.variables, key="OTHER", secured=False, value="theirs")
        bitbucket.add(PATHS.schedules, **calls.schedule(Schedule("", "0 0 4 * * ? *", "main", "nightly")))
        return frozenset(stays)


HOW = st.sampled_from(["absent", "same", "other", "secured"])
SUBSET = st.sets(st.integers(0, 1))
MANY = len(PLAN.variables)
BEFORE = st.builds(Before, st.booleans(), st.lists(HOW, min_size=MANY, max_size=MANY), SUBSET, SUBSET, SUBSET)
WRONG = st.sampled_from(
    [
        CUT_BEFORE,
        CUT_AFTER,
        Answer(429, headers={"retry-after": "7"}),
        Answer(500),
        Answer(503, headers={"retry-after": "3"}),
        error(403, "Your credentials lack one or more required privilege scopes."),
        error(409, "Something else is going on"),
    ]
)
FAULTS = st.lists(st.builds(Fault, WRONG, st.sampled_from(["", WRITE]), st.just(""), st.integers(0, 14)), max_size=8)


def _refusal(bitbucket: Bitbucket) -> str:
    """How a run breaks off; "" if it does not."""
    try:
        run(bitbucket)
    except Refused as refused:
        return refused.format_message()
    return ""


@settings(max_examples=150, deadline=None)
@given(BEFORE, FAULTS, st.integers(1, 3))
def test_from_any_state_and_through_any_trouble_the_plan_is_reached(
    before: Before, faults: list[Fault], page: int
) -> None:
    """Runs that break off are begun again until one ends; then all is there once, and a further run writes nothing."""
    bitbucket = Bitbucket(page=page)
    stays = before.fill(bitbucket)
    bitbucket.faults = list(faults)

    said = [_refusal(bitbucket)]
    while said[-1] and len(said) <= len(faults):
        said.append(_refusal(bitbucket))
    assert not said[-1], said
    assert not any(TOKEN in line or "value of" in line for line in said)
    check_reached(bitbucket, PLAN, stays)
    theirs = next(one for one in bitbucket.lists[PATHS.variables] if one["key"] == "OTHER")
    assert bitbucket.values[theirs["uuid"]] == "theirs"
    assert len(bitbucket.lists[PATHS.schedules]) == 3

    bitbucket.faults.clear()
    bitbucket.asked.clear()
    reached = bitbucket.state()
    applying, _, _ = run(bitbucket)
    assert not bitbucket.written
    assert not applying.open
    assert bitbucket.state() == reached


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("cut", [CUT_BEFORE, CUT_AFTER])
def test_an_answer_that_is_lost_is_looked_for(number: int, cut: str) -> None:
    """Wherever the connection breaks, before or after the request is carried out: one run does all, and once."""
    bitbucket, whole = Bitbucket(), Bitbucket()
    run(whole)
    bitbucket.faults = [Fault(cut, WRITE, skip=number)]

    _, said, waited = run(bitbucket)

    assert bitbucket.state() == whole.state()
    assert not bitbucket.faults
    assert waited, "a server that breaks off is left alone for a moment"
    done = [line for line in said if line.startswith("done: ")]
    assert len(done) == len(set(done))


def test_a_list_that_shows_late_what_was_made_has_it_once() -> None:
    """A schedule that is made, but not in the list when that is read again, is not made again."""
    bitbucket, whole = Bitbucket(), Bitbucket()
    run(whole)
    bitbucket.faults = [
        Fault(CUT_BEFORE, "POST", "schedules", skip=1),
        Fault(Answer(200, {"values": []}), "GET", "schedules", skip=1),
    ]

    run(bitbucket)

    assert not bitbucket.faults
    assert bitbucket.state() == whole.state()


def test_a_request_that_is_never_clear_is_given_up() -> None:
    """After five times, also where another in the list has succeeded."""
    bitbucket = Bitbucket()
    bitbucket.faults = [Fault(error(409, "busy"), "POST", "known_hosts", skip=not number) for number in range(9)]
    with pytest.raises(Refused, match="409 Conflict: busy; it was tried 5 times, and may not be there"):
        run(bitbucket)


def test_a_rerun_goes_on_where_the_first_run_broke_off() -> None:
    """A server that is gone in the middle ends the run; what was done stays, and the next run does the rest."""
    bitbucket, whole = Bitbucket(), Bitbucket()
    run(whole)
    bitbucket.faults = [Fault(Answer(503), "POST", "known_hosts") for _ in range(5)]

    with pytest.raises(Refused, match=r"(?s)503.*tried 5 times.*changes made: \d+; run it again"):
        run(bitbucket)
    first = len(bitbucket.written)
    assert not bitbucket.faults
    run(bitbucket)

    assert bitbucket.state() == whole.state()
    assert len(bitbucket.written) == len(whole.written) + 5, "and nothing was sent twice"
    assert first == len(whole.written) - 4 + 5


@pytest.mark.parametrize(
    ("text", "wait"), [("7", 7.0), ("Thu, 01 Jan 1970 00:00:09 GMT", 9.0), ("soon", 0.5), ("", 0.5)]
)
def test_a_server_that_has_enough_is_left_alone_as_long_as_it_wants(text: str, wait: float) -> None:
    """Retry-After is seconds or a date; without one the pause is ours. A POST is sent again: it was not carried out."""
    bitbucket = Bitbucket()
    bitbucket.faults = [Fault(Answer(429, headers={"retry-after": text}), "POST", "variables")]

    _, _, waited = run(bitbucket)

    assert waited == [wait]
    check_reached(bitbucket, PLAN)


def test_pauses_grow_and_end() -> None:
    """An error of the server's is asked again five times in all; a pause that is too long is not waited for."""
    bitbucket = Bitbucket()
    bitbucket.faults = [Fault(Answer(500), "GET", "variables") for _ in range(5)]
    client = Api(bitbucket.address, BEARER, clock=Clock(lambda: 0.0, (waited := list[float]()).append))
    client._client = httpx.Client(transport=transport(bitbucket), headers={"authorization": BEARER})

    with pytest.raises(Refused, match="it answers 500 Internal Server Error; it was asked 5 times"):
        client.list(f"{ROOT}/pipelines_config/variables")
    assert waited == [0.5, 1.0, 2.0, 4.0]

    bitbucket.faults = [Fault(Answer(429, headers={"retry-after": "3600"}))]
    with pytest.raises(Refused, match="it wants to be left alone for 3600 seconds"):
        client.list(f"{ROOT}/pipelines_config/variables")
    assert waited == [0.5, 1.0, 2.0, 4.0]


def test_a_server_that_is_not_there_is_said() -> None:
    """No connection at all is tried a few times, even for what would be sent but once."""
    waited: list[float] = []
    client = Api("http://127.0.0.1:9/2.0", BEARER, limits=Limits(attempts=2), clock=Clock(lambda: 0.0, waited.append))

    with pytest.raises(Refused, match=r"it cannot be reached \(ConnectError\); it was asked 2 times"):
        client.send("POST", "variables", {"key": "A"})
    assert waited == [0.5]


SAID: dict[str, tuple[Fault, list[str]]] = {
    "a scope that the API names": (
        Fault(error(403, "Your credentials lack scopes.", required=["pipeline:variable"], granted=[]), "POST"),
        ["403", "Your credentials lack scopes.", "the token lacks a scope: pipeline:variable"],
    ),
    "a scope to enable": (Fault(error(403, "No."), "PUT"), ["lacks a scope: admin:repository:bitbucket"]),
    "a scope to write": (Fault(error(403, "No."), "POST"), ["lacks a scope: admin:pipeline:bitbucket"]),
    "a scope to read": (Fault(error(403, "No."), "GET"), ["lacks a scope: read:pipeline:bitbucket"]),
    "no repository": (
        Fault(error(404, "Repository not found"), "GET", "environments"),
        ["404", "Repository not found", "there is no such repository", f"GET https://api.example.com/2.0/{ROOT}"],
    ),
    "what it does not like": (Fault(error(400, "Bad cron"), "POST", "schedules"), ["400 Bad Request: Bad cron"]),
    "too many schedules": (Fault(error(401, "No more than 10"), "POST", "schedules"), ["401", "No more than 10"]),
    "a page that is none": (Fault(Answer(200, {"next": 3, "values": 4}), "GET", "variables"), ["next page"]),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_refused_is_said(name: str) -> None:
    """The request, the status, the API's words, and what to do."""
    fault, words = SAID[name]
    bitbucket = Bitbucket(faults=[fault])

    with pytest.raises(Refused) as refused:
        run(bitbucket)

    said = refused.value.format_message()
    assert all(word in said for word in words), said
    assert "run it again" in said


def test_a_token_that_is_not_accepted_is_never_shown() -> None:
    """Not even where the server puts it into its own message."""
    for login in ("Bearer other-secret-token", "Basic ZGV2OnNlY3JldC1pbi1iYXNpYw=="):
        with pytest.raises(Refused) as refused:
            run(Bitbucket(), login=login)
        said = refused.value.format_message()
        assert "401" in said
        assert "***" in said
        assert "CIRCLE2BB_EMAIL" in said
        assert not any(word in said for word in ("other-secret", "secret-in-basic", "ZGV2On"))


def test_the_token_goes_to_one_address() -> None:
    """A next page somewhere else is not asked for."""
    for url in ("https://evil.example.com/2.0/x", "https://api.example.com/2.0.evil/x", "https://api.example.com/"):
        bitbucket = Bitbucket(faults=[Fault(Answer(200, {"values": [], "next": url}), "GET", "environments")])
        with pytest.raises(Refused, match="outside of it"):
            run(bitbucket)
    bitbucket = Bitbucket(faults=[Fault(Answer(302, headers={"location": "https://evil.example.com"}), "GET")])
    with pytest.raises(Refused, match="302"):
        run(bitbucket)


def test_a_basic_login_is_as_good() -> None:
    """An API token goes with an email."""
    bitbucket = Bitbucket(login=BASIC)
    run(bitbucket, login=BASIC)
    check_reached(bitbucket, PLAN)


def test_a_secured_variable_stays_unless_it_is_to_be_overwritten() -> None:
    """Its value cannot be compared; with `overwrite` it is set in each run, and stays secured."""
    bitbucket = Bitbucket()
    there = bitbucket.add(PATHS.variables, key="SECRET", secured=True, value="old")
    run(bitbucket)
    assert bitbucket.values[there["uuid"]] == "old"

    bitbucket.asked.clear()
    _, said, _ = run(bitbucket, overwrite=True)
    assert bitbucket.values[there["uuid"]] == "value of /SECRET"
    assert {path.rpartition("/")[2] for _, path in bitbucket.written} <= {
        one["uuid"] for entries in bitbucket.lists.values() for one in entries if one.get("secured")
    }
    assert not any("value of" in line for line in said)


def test_a_variable_without_a_value_is_left_out_and_said() -> None:
    """What is missing is open; what is there without a new value is not."""
    bitbucket = Bitbucket()
    bitbucket.add(PATHS.variables, key="PLAIN", secured=False, value="old")
    bitbucket.add(PATHS.variables, key="SECRET", secured=False, value="bare")
    applying, _, _ = run(bitbucket, given={})

    assert len(applying.open) == 6
    assert "the variable 'THIRD' of the repository has no value: set /THIRD" in applying.open
    assert (
        "the secured variable 'SECRET' of the repository is there, but not secured: set /SECRET, so that it can be"
        in (applying.open)
    )
    assert len(bitbucket.lists[PATHS.variables]) == 2
    assert f"workspaces/{bitbucket_api.WORKSPACE}/pipelines-config/variables" not in bitbucket.lists

    run(bitbucket)
    check_reached(bitbucket, PLAN)


def test_a_dry_run_shows_requests_and_sends_none() -> None:
    """Also those that need what other requests would make; no value is shown. What is there is not shown as missing."""
    bitbucket = Bitbucket()
    empty = bitbucket.state()
    applying, said, _ = run(bitbucket, dry=True)

    text = "\n".join(said)
    assert not bitbucket.written
    assert bitbucket.state() == empty
    assert "value of" not in text
    assert TOKEN not in text
    assert f'PUT https://api.example.com/2.0/{ROOT}/pipelines_config\n  {{"enabled": true}}' in text
    assert '{"key": "SECRET", "value": "***", "secured": true}' in text
    assert "create the environment 'eu/west 1' of the type Staging" in text
    assert "the environment 'production' is there" in text, "Bitbucket will have made it"
    whole = Bitbucket()
    done, _, _ = run(whole)
    assert applying.changed == done.changed

    _, said, _ = run(whole, dry=True)
    assert all(line.startswith("as it is: ") for line in said)


def test_what_people_have_set_otherwise_stays() -> None:
    """A type of an environment, a schedule that is off, a host with another key: each is said."""
    bitbucket = Bitbucket(enabled=True)
    bitbucket.add(PATHS.environments, name="Production", environment_type={"name": "Test"})
    bitbucket.add(PATHS.schedules, **{**calls.schedule(PLAN.schedules[0]), "enabled": False})
    bitbucket.add(PATHS.known_hosts, **calls.known_host("example.com", HostKey("ssh-ed25519", "AAAA")))
    bitbucket.add(PATHS.known_hosts, **calls.known_host("other.example.com", HostKey("ssh-rsa", "AAAA")))

    applying, said, _ = run(bitbucket)

    text = "\n".join(said)
    assert "the environment 'production' is there, with the type Test; it stays so" in text
    assert "'nightly' on 'main' at '0 0 3 * * ? *' is scheduled, and switched off; it stays so" in text
    assert list(applying.open) == ["the host 'example.com' is known by another key than yours: find out which is right"]
    assert bitbucket.lists[PATHS.schedules][0]["enabled"] is False


def test_what_is_not_known_is_open() -> None:
    """A host without a key, a schedule without times."""
    plan = Plan(
        "config.yml",
        hosts=(KnownHost("example.com", ("job",)),),
        unfinished=(Schedule("nightly", "", "", "nightly"), Schedule("weekly", "", "main", "weekly")),
    )
    bitbucket = Bitbucket()
    applying, _, _ = run(bitbucket, plan)

    host, first, second = applying.open
    assert "ssh-keyscan example.com" in host
    assert first == "the times and branch of the schedule of 'nightly' stand in CircleCI's project settings"
    assert second == "the times of the schedule of 'weekly' stand in CircleCI's project settings"


def test_the_number_of_the_next_build_is_set_until_a_build_has_it() -> None:
    """The API has no way to read it: it is set to the same again, and never back."""
    plan, bitbucket = Plan("config.yml", build_number=400), Bitbucket()
    run(bitbucket, plan)
    run(bitbucket, plan)
    assert bitbucket.next_number == 400
    bitbucket.add(f"{ROOT}/pipelines", build_number=400)
    bitbucket.asked.clear()
    _, said, _ = run(bitbucket, plan)
    assert not bitbucket.written
    assert "as it is: the last build had the number 400; the next one's is not set" in said


@pytest.mark.parametrize(
    "document", [[], "text", {"values": 1}, {"values": [1, None, {"key": 3}, {}]}, {"error": "no"}, {"next": None}]
)
def test_an_answer_of_any_shape_is_no_bug(document: object) -> None:
    """It is refused, or means that there is nothing."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(document))

    client = Api("https://api.example.com/2.0", BEARER, transport=httpx.MockTransport(answer))
    applying = Applying(PLAN, PATHS, client, Values(GIVEN), dry=True)
    if isinstance(document, dict):
        applying.run()
    else:
        with pytest.raises(Refused, match="no JSON object"):
            applying.run()
