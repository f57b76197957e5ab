"""The address of a client is what the last trusted proxy says, and nobody else."""

import pytest

from feedsvc.errors import ServeError
from feedsvc.proxies import find_client, read_networks


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),  # not of a proxy that is trusted
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6,203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "10.1.1.1, 10.1.2.3", "10.1.1.1"),
        ("127.0.0.1", 'evil" 200, 10.1.2.3', "10.1.2.3"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("-", "203.0.113.9", "-"),  # a socket without an address
    ],
)
def test_client_is_the_last_that_no_trusted_proxy_has(
    peer: str, forwarded: str, client: str
) -> None:
    trusted = read_networks(["127.0.0.1", "::1", "10.0.0.0/8"])
    assert find_client(peer, forwarded, trusted) == client
    assert find_client(peer, forwarded, ()) == peer


@pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy.example.org", ""])
def test_what_is_neither_address_nor_network_is_refused(text: str) -> None:
    with pytest.raises(ServeError, match=r"^--trusted-proxy: not an address or a network: "):
        read_networks(["127.0.0.1", text])
