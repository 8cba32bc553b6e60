"""Which network addresses a request that a customer has configured may reach: those of the public internet.

Without this check, an administrator of an organization could make our servers call our own databases or the metadata service of
the cloud (server-side request forgery). The addresses are checked after the name was resolved, and the connection
goes to exactly these addresses, so that a second answer of the name server (DNS rebinding) changes nothing.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

MAX_URL_LENGTH = 2000
_PRINTABLE = re.compile(r"[!-~]*")
_NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses by which hosts without IPv4 reach IPv4 (RFC 6052); the last 32 bits are the IPv4 address."""
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo, which lead to an IPv4 address of somebody's choice."""


class AddressRefused(OSError):
    """A host has an address that is not of the public internet."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is one of a single host in the public internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.is_site_local or any(address in network for network in _TUNNELS):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_permitted(text: str, *, allow_loopback: bool) -> bool:
    """Return whether connections to an address are permitted."""
    address = ip_address(text)
    return is_public(address) or (allow_loopback and address.is_loopback)


def parse_literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address if the host is one, or None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def find_url_problem(url: str, *, allow_loopback: bool) -> str | None:
    """Return what is wrong with a URL that is to receive requests, or None.

    Names are not resolved, because what they resolve to counts at the time of each request.
    """
    if len(url) > MAX_URL_LENGTH or not _PRINTABLE.fullmatch(url):
        return f"has more than {MAX_URL_LENGTH} characters, or characters that a URL does not have"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not a URL"
    literal = parse_literal(host)
    is_local = host == "localhost" or (literal is not None and literal.is_loopback)
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and allow_loopback and is_local)):
        return "is not an https URL"
    if parts.username is not None or parts.fragment:
        return "has a user name or a fragment"
    is_refused = literal is not None and not is_permitted(host, allow_loopback=allow_loopback)
    return "is not an address of the public internet" if is_refused or (is_local and not allow_loopback) else None


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses a name of which any address is not public. The connection uses what it returns."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._resolver = ThreadedResolver()
        self._allow_loopback = allow_loopback

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """Return the addresses of the host. Raises AddressRefused, and OSError if the name has none."""
        found = await self._resolver.resolve(host, port, family)
        require_permitted((result["host"] for result in found), allow_loopback=self._allow_loopback)
        return found

    async def close(self) -> None:
        """Release the resolver's resources."""
        await self._resolver.close()


def require_permitted(addresses: Iterable[str], *, allow_loopback: bool) -> None:
    """Raise AddressRefused if one of the addresses is not permitted."""
    if not all(is_permitted(address, allow_loopback=allow_loopback) for address in addresses):
        raise AddressRefused("the address is not one of the public internet")
