"""Addresses that are never fetched. Feeds, links and identity documents are written by strangers, who could otherwise
have this machine read its own network for them."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable

from monitor.errors import Refused, Unreachable

Resolve = Callable[[str, int], list[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = tuple(  # what Python's own list, which differs from one release to the next, may let through
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "fec0::/10", "3fff::/20", "5f00::/16")
)
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)$")


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` as the system's resolver gives them. Raises Unreachable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: the name cannot be resolved") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """True for an address of the open internet; False for private, local, multicast and reserved ones.

    >>> is_public("8.8.8.8"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in network for network in _SPECIAL):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_numeric(host: str) -> bool:
    """Whether ``host`` is an address rather than a name, in any of the spellings that resolvers take.

    >>> [is_numeric(host) for host in ("::1", "127.1", "0x7f.1", "2130706433", "127.0.0.1.", "5.example")]
    [True, True, True, True, True, False]
    """
    return ":" in host or _NUMBER.match(host.rstrip(".").rpartition(".")[2].lower()) is not None


class Guard:
    """Says where a connection may go: anywhere public, and to the private hosts that the configuration names."""

    def __init__(self, allowed_private_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(_host_and_port(allowed) for allowed in allowed_private_hosts)

    def allows_private(self, host: str, port: int | None) -> bool:
        """True where ``host``, or ``host`` with this port, was allowed by name."""
        name = _plain(host)
        return (name, None) in self._allowed or (name, port) in self._allowed

    def check(self, host: str, port: int, where: str) -> None:
        """Raises Refused, naming ``where``, for what can be told to be private before any name is looked up."""
        name = _plain(host)
        local = name == "localhost" or name.endswith(".localhost") or (is_numeric(name) and not is_public(name))
        if local and not self.allows_private(host, port):
            raise Refused(f"{where} is in a private network; allow it under http.allowed_private_hosts")

    def addresses(self, host: str, port: int, resolve: Resolve) -> list[str]:
        """The addresses to connect to, looked up once. Raises Refused where one of them is private, Unreachable."""
        found = resolve(host, port)
        if not found:
            raise Unreachable(f"{host}: the name has no address")
        if not self.allows_private(host, port):
            # One private address among several refuses all: it has no business there.
            for address in found:
                if not is_public(address):
                    raise Refused(f"{host}: is in a private network; allow it by name under http.allowed_private_hosts")
        return found


def _host_and_port(allowed: str) -> tuple[str, int | None]:
    """The parts of "host", "host:port", "[::1]" and "[::1]:port"; a port that is none allows nothing."""
    host, colon, port = allowed.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        return _plain(allowed), None
    return _plain(host), int(port) if port.isascii() and port.isdigit() else -1


def _plain(host: str) -> str:
    """One spelling of a name or address."""
    name = host.lower().strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name
