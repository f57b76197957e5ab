"""Proxies: whose word is taken for the address of a client.

A forwarded address counts only where a proxy sent it that is trusted.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from feedsvc.errors import ServeError

__all__ = ["Network", "find_client", "read_networks"]

Network: TypeAlias = IPv4Network | IPv6Network


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks: `127.0.0.1`, `10.0.0.0/8`. Raises ServeError."""
    networks = []
    for text in texts:
        try:
            networks.append(ip_network(text))
        except ValueError as error:
            raise ServeError("--trusted-proxy", "not an address or a network", str(error)) from None
    return tuple(networks)


def find_client(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the address of the client: the last one that no trusted proxy has.

    `peer` is who connected; each proxy appends to `forwarded`, the X-Forwarded-For, from whom it
    got the request. What stands before that is anybody's word.
    """
    client = peer
    hops = forwarded.split(",")
    while hops and _is_trusted(client, trusted):
        try:
            client = str(ip_address(hops.pop().strip()))
        except ValueError:
            break
    return client


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    if not trusted:
        return False
    try:
        known = ip_address(address)
    except ValueError:
        return False
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or known  # as it is where a socket takes both
    return any(known in network for network in trusted)
