"""Addresses that are never fetched. Feeds, links and identity documents are written by strangers, who could otherwise
have this machine read its own network for them."""

import ipaddress
import socket
from collections.abc import Callable, Iterable

from monitor.errors import Refused, Unreachable

Resolve = Callable[[str, int], list[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


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
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class Guard:
    """Says where a connection may go: anywhere public, and to the private hosts that the configuration names."""

    def __init__(self, allowed_private_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.lower().strip("[]") for host in allowed_private_hosts)

    def allows_private(self, host: str, port: int | None) -> bool:
        """True where ``host``, or ``host`` with this port, was allowed by name."""
        host = host.lower().strip("[]").rstrip(".")
        return host in self._allowed or f"{host}:{port}" in self._allowed

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
