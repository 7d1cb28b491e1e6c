"""Network addresses, as far as limits need them: which belong together, and their keyed hash."""

from __future__ import annotations

import ipaddress

from renewal import settings


def network_of(address: str) -> str:
    """Return what is one subscriber: an IPv4 address, or the /64 of an IPv6 one (RFC 6177).

    An address in IPv4's place in IPv6 is that of IPv4; what is no address stays as it is.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((int(known), 64), strict=False))
    return str(known)


def source_of(address: str) -> str:
    """Return the keyed hash by which bookings are bounded: nobody without the key can undo it."""
    return settings.keyed_hash(f"address:{network_of(address)}")
