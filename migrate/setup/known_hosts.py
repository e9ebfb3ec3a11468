"""The public keys of hosts, from a file in the format of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".

Bitbucket's list wants a host's key with its name. A key that we asked the network for would be anyone's; one from a
file that a person has checked is the host's.
"""

import base64
import binascii
import hmac
from collections.abc import Iterator
from typing import NamedTuple

_HASHED = "|1|"
_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
"""Best first (ssh_config(5), HostKeyAlgorithms)."""
_FIELDS = 3


class HostKey(NamedTuple):
    """A public key: its type (`ssh-ed25519`) and the key in base64."""

    type: str
    key: str


def find(text: str, host: str) -> HostKey | None:
    """The best key that a file of known hosts has for a host: Bitbucket keeps one for each, and ssh asks for that."""
    found = [key for key in _keys(text, host) if key.type in _TYPES]
    return min(found, key=lambda key: _TYPES.index(key.type), default=None)


def _keys(text: str, host: str) -> Iterator[HostKey]:
    for line in text.splitlines():
        words = line.split()
        # Lines with a marker (@revoked, @cert-authority) are no keys of a host.
        if len(words) >= _FIELDS and not words[0].startswith(("#", "@")) and _names(words[0], host):
            yield HostKey(words[1], words[2])


def _names(names: str, host: str) -> bool:
    """Whether the first field of a line means the host, in plain or hashed."""
    if not names.startswith(_HASHED):
        return host.lower() in (name.lower().removesuffix(":22").strip("[]") for name in names.split(","))
    salt, _, digest = names.removeprefix(_HASHED).partition("|")
    try:
        wanted = base64.b64decode(digest, validate=True)
        found = hmac.digest(base64.b64decode(salt, validate=True), host.lower().encode(), "sha1")
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(found, wanted)


__all__ = ["HostKey", "find"]
