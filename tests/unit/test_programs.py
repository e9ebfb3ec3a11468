"""The programs that commands call, and the texts without `sudo`."""

import pytest

from migrate.lower.programs import calls
from migrate.shell import analyse, replace_calls, without_program


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("make", ["make"]),
        ("sudo -E -u www FOO=1 make all", ["sudo", "make"]),
        ("timeout -k 5 10 docker pull x", ["timeout", "docker"]),
        ("ls | xargs -n 1 docker rmi", ["ls", "xargs", "docker"]),
        ("/usr/bin/docker ps", ["docker"]),
        ("./bin/docker ps", ["./bin/docker"]),
        ("bash -ec 'cd x && sudo docker ps'", ["bash", "cd", "sudo", "docker"]),
        ("bash --norc x.sh", ["bash"]),
        ("eval 'docker ps'", ["eval", "docker"]),
        ("env A=1 nohup time docker ps", ["env", "nohup", "time", "docker"]),
        ("sudo", ["sudo"]),
        ("sudo -u", ["sudo"]),
        ("echo sudo docker", ["echo"]),
        ("x=$(sudo docker ps -q)", ["sudo", "docker"]),
    ],
)
def test_programs_are_found_behind_others(text: str, found: list[str]) -> None:
    """What calls another program is one itself, and so is what it calls."""
    assert [words[0] for words in calls(text)] == found


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("make", "make"),
        ("sudo make", "make"),
        ("sudo -E -H -- make", "make"),
        ("sudo A=1 make", "A=1 make"),
        ("A=1 sudo make", "A=1 make"),
        ("if sudo -n true; then sudo make | sudo tee x; fi", "if true; then make | tee x; fi"),
        ("x=$(sudo cat y)", "x=$(cat y)"),
        ("sudo tee x <<EOF\nsudo\nEOF\nsudo b", "tee x <<EOF\nsudo\nEOF\nb"),
        ("sudo \\\n  apt-get update", "apt-get update"),
        ("sudo $TOOL build", "$TOOL build"),
        ("sudo -u www make", "sudo -u www make"),
        ("sudo -i", "sudo -i"),
        ("sudo", "sudo"),
        ("sudo cd x", "sudo cd x"),
        ("echo sudo make", "echo sudo make"),
        ("# sudo make\nmake 'sudo x'", "# sudo make\nmake 'sudo x'"),
        ("sudo make (", "sudo make ("),
    ],
)
def test_a_program_is_taken_out(text: str, without: str) -> None:
    """Only where it stands before a command and changes nothing; a text that is not understood stays."""
    found = without_program(text, "sudo")

    assert found == without
    assert analyse(found).valid == analyse(text).valid


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("get token", "put x"),
        ("T=$(get token --now 'a b'); make", "T=$(put x); make"),
        ("get token > file | cat", "put x > file | cat"),
        ("get other", "get other"),
        ("echo get token", "echo get token"),
        ("A=1 get token", "put x"),
        ("make 'get token'", "make 'get token'"),
        ("got", "got"),
    ],
)
def test_calls_are_replaced(text: str, replaced: str) -> None:
    """Those that begin with the words, to their ends; what is around them stays."""
    assert replace_calls(text, ("get", "token"), "put x") == replaced
