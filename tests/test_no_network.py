"""The tests themselves cannot leave this machine."""

import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"])
def test_a_connection_to_another_machine_is_refused(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as outgoing:
        outgoing.settimeout(1)
        with pytest.raises(RuntimeError, match="tried to reach"):
            outgoing.connect((address, 80))
        with pytest.raises(RuntimeError, match="tried to reach"):
            outgoing.connect_ex((address, 80))


def test_a_name_is_not_looked_up():
    with pytest.raises(RuntimeError, match=r"tried to reach 'news\.example'"):
        socket.getaddrinfo("news.example", 443)


def test_the_loopback_interface_works():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
