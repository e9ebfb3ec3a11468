"""The hosts that commands reach by SSH."""

import pytest

from migrate.lower import programs
from migrate.lower.ssh_hosts import hosts

REACHED = {
    "ssh deploy@a.example.com uptime": ["a.example.com"],
    "sudo ssh -p 2222 -i key a.example.com ls /": ["a.example.com"],
    "rsync -a -e ssh site/ deploy@a.example.com:/srv": ["a.example.com"],
    "scp b.example.com:file /tmp/": ["b.example.com"],
    "scp ./a:b /tmp/": [],
    "git clone git@git.example.com:team/repo.git": ["git.example.com"],
    "git push ssh://git@git.example.com:7999/team/repo.git main": ["git.example.com"],
    "pip install git+ssh://git@git.example.com/team/repo.git": ["git.example.com"],
    "bash -c 'ssh a.example.com ls'": ["a.example.com"],
    "git config --global user.email robot@example.com": [],
    "git commit --author 'Robot <robot@example.com>' -m done": [],
    "git clone https://user@git.example.com/team/repo.git": [],
    'ssh "$HOST" ls': [],
    "echo ssh a.example.com": [],
}


@pytest.mark.parametrize("command", REACHED)
def test_the_hosts_of_a_command(command: str) -> None:
    """As the command names them; an address of mail is none."""
    assert list(hosts(programs.calls(command))) == REACHED[command]
