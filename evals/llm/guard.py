"""Decides to which addresses a connection may talk.

https to any public address; http, and everything private, only to the exact
"host:port" entries that were allowed. A name is looked up here, every one of its
addresses is judged, and the caller connects to the addresses returned and to no
others, so that a second DNS answer cannot point somewhere else.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from evals.llm.errors import NetworkError, RefusedAddressError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2_000
ODD_CHARACTERS = re.compile(r"[^!-~]|[\\^`{|}<>\"]")
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)$")

GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
# Addresses that Python calls global and that lead, or may lead, inside all the same.
REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT
        "168.63.129.16/32",  # Azure's host
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relay
        "2001::/23",  # Teredo, ORCHID and other assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address of any kind inside
        "3fff::/20",  # documentation
    )
)
# Where clouds hand out the machine's own credentials: nobody's model is there, so nobody may
# allow them.
METADATA_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where a URL points to, spelled in one way."""

    scheme: str
    host: str
    port: int

    @property
    def host_port(self) -> str:
        """As it stands in the list of allowed addresses; IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vetted:
    """A target with the addresses that may be connected to, and only those."""

    target: Target
    addresses: tuple[str, ...]


def parse(url: str) -> Target:
    """The target of `url`; judges its spelling only, looks nothing up.

    Raises RefusedAddressError for every spelling that two programs could read
    differently: user names, backslashes, control characters, letters beyond ASCII,
    numbers that are not plain dotted or bracketed addresses.
    """
    if not url.strip():
        raise _refused("The base URL is empty.", "Enter one such as https://api.openai.com/v1.")
    if len(url) > LONGEST_URL or ODD_CHARACTERS.search(url):
        raise _refused(
            "The base URL holds characters that an address may not have.",
            "Use plain letters and digits; write other names in punycode (xn--…).",
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise _refused("The base URL cannot be read.", "Check brackets and port.") from exc
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _refused("The base URL must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise _refused("The base URL holds a user name.", "Enter keys in the key field only.")
    if port == 0 or parts.netloc.endswith(":"):
        raise _refused("The base URL has no usable port.", "Use a port from 1 to 65535.")
    return Target(scheme=scheme, host=_host(host), port=port or DEFAULT_PORTS[scheme])


def vet(url: str, allowed_hosts: Iterable[str] = ()) -> Vetted:
    """The target of `url` with its pinned addresses; blocks while the name is looked up.

    Raises RefusedAddressError when the address is not allowed, NetworkError when the
    name is not known.
    """
    target = parse(url)
    allowed = is_allowed(target, allowed_hosts)
    check_scheme(target, allowed=allowed)
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise _unknown_name(target) from exc
    return Vetted(target=target, addresses=_judged(target, found, allowed=allowed))


async def vet_async(target: Target, *, allowed: bool) -> Vetted:
    """Like `vet` for a parsed target, without blocking the event loop."""
    check_scheme(target, allowed=allowed)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise _unknown_name(target) from exc
    return Vetted(target=target, addresses=_judged(target, found, allowed=allowed))


def is_allowed(target: Target, allowed_hosts: Iterable[str]) -> bool:
    """Whether the exact host and port of `target` stand among `allowed_hosts`."""
    return target.host_port in {entry.strip().lower() for entry in allowed_hosts}


def check_scheme(target: Target, *, allowed: bool) -> None:
    """Raise RefusedAddressError when `target`, as it is written, may not be used.

    What needs a look-up is left to `vet`; an address written as a number is judged.
    """
    address = _literal(target.host)
    if address is not None and is_metadata(address):
        raise _metadata(target)
    if allowed:
        return
    if address is not None and not is_public(address):
        raise _not_public(target)
    if target.scheme != "https":
        raise _refused(
            f"http://{target.host_port} is not encrypted.",
            f"Use https, or allow {target.host_port} in EVALGROUND_MODEL_HOSTS.",
        )
    if target.port < 1024 and target.port != DEFAULT_PORTS["https"]:
        raise _refused(
            f"Port {target.port} is not a port of a model server.",
            f"Use the port of the https address, or allow {target.host_port} "
            "in EVALGROUND_MODEL_HOSTS.",
        )


def is_public(address: IPAddress) -> bool:
    """Whether `address` lies on the public internet and holds no other address inside."""
    if address.version == 6 and address not in GLOBAL_IPV6:
        # Mapped, compatible, NAT64, local and multicast addresses all lie outside of it.
        return False
    if any(
        address in network for network in REFUSED_NETWORKS if network.version == address.version
    ):
        return False
    return address.is_global and not address.is_multicast


def is_metadata(address: IPAddress) -> bool:
    """Whether `address` is link-local or a known metadata service of a cloud."""
    plain = (address.ipv4_mapped or address) if address.version == 6 else address
    return any(
        plain in network for network in METADATA_NETWORKS if network.version == plain.version
    )


def _host(host: str) -> str:
    """The host in lower case, an address in its usual spelling."""
    if "%" in host or not host:
        raise _refused("The base URL has no usable host name.", "Check the part after https://.")
    address = _literal(host)
    if address is not None:
        return str(address)
    if ":" in host or ENDS_IN_A_NUMBER.search(host):
        raise _refused(
            f"{host!r} is not a usual way to write an address.",
            "Write four decimal numbers with dots, or a host name.",
        )
    if len(host) > 253 or not NAME.fullmatch(host):
        raise _refused(f"{host!r} is not a host name.", "Check the spelling of the base URL.")
    return host


def _literal(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


AddressInfo = tuple[int, int, int, str, tuple[str | int | bytes, ...]]


def _judged(target: Target, found: Sequence[AddressInfo], *, allowed: bool) -> tuple[str, ...]:
    addresses = tuple(dict.fromkeys(str(info[4][0]) for info in found))
    if not addresses:
        raise _unknown_name(target)
    # One bad address among good ones is refused too: which one is used is chance.
    judged = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    if any(map(is_metadata, judged)):
        raise _metadata(target)
    if not allowed and not all(map(is_public, judged)):
        raise _not_public(target)
    return addresses


def _not_public(target: Target) -> RefusedAddressError:
    return _refused(
        f"{target.host_port} is a private or local address, which is not allowed.",
        f"If it is yours, allow {target.host_port} in EVALGROUND_MODEL_HOSTS.",
    )


def _metadata(target: Target) -> RefusedAddressError:
    return _refused(
        f"{target.host_port} belongs to the machine's cloud or its network, not to a model.",
        "Such an address cannot be allowed. Use the address of a model server.",
    )


def _unknown_name(target: Target) -> NetworkError:
    return NetworkError(
        f"The name {target.host!r} is not known.",
        hint="Check the spelling of the base URL and the machine's name service.",
    )


def _refused(message: str, hint: str = "") -> RefusedAddressError:
    return RefusedAddressError(message, hint=hint or "Check the base URL of the connection.")
