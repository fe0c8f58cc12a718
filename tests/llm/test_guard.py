import ipaddress
import socket

import pytest

from evals.llm import guard
from evals.llm.errors import ModelError, NetworkError, RefusedAddressError

PUBLIC = "93.184.216.34"

BYPASSES = [
    "http://127.0.0.1/v1",
    "https://127.0.0.1/v1",
    "https://127.0.0.1:8443/v1",
    "https://localhost/v1",
    "https://localhost./v1",
    "https://LOCALHOST/v1",
    "https://127.1/v1",
    "https://127.0.1/v1",
    "https://2130706433/v1",
    "https://0x7f000001/v1",
    "https://0x7f.0.0.1/v1",
    "https://0177.0.0.1/v1",
    "https://017700000001/v1",
    "https://127.0.0.1./v1",
    "https://0/v1",
    "https://0.0.0.0/v1",
    "https://10.0.0.5/v1",
    "https://172.16.0.1/v1",
    "https://192.168.1.1/v1",
    "https://169.254.169.254/latest/meta-data",
    "https://168.63.129.16/v1",
    "https://100.64.0.1/v1",
    "https://198.18.0.1/v1",
    "https://224.0.0.1/v1",
    "https://255.255.255.255/v1",
    "https://[::1]/v1",
    "https://[::]/v1",
    "https://[::ffff:127.0.0.1]/v1",
    "https://[::ffff:7f00:1]/v1",
    "https://[::127.0.0.1]/v1",
    "https://[64:ff9b::7f00:1]/v1",
    "https://[64:ff9b:1::7f00:1]/v1",
    "https://[2002:7f00:1::]/v1",
    "https://[2001:0:7f00:1::]/v1",
    "https://[fe80::1]/v1",
    "https://[fe80::1%25eth0]/v1",
    "https://[fc00::1]/v1",
    "https://[fec0::1]/v1",
    "https://[ff02::1]/v1",
    "https://api.example.com@127.0.0.1/v1",
    "https://user:password@api.example.com/v1",
    "https://127.0.0.1\\@api.example.com/v1",
    "https://api.example.com\\.evil.test/v1",
    "https://１２７.０.０.１/v1",
    "https://ⓛocalhost/v1",
    "https://127。0。0。1/v1",
    "https://api.example.com/v1\r\nHost: 127.0.0.1",
    "https://api.example.com\t/v1",
    "https://api.example.com%00.evil.test/v1",
    "https://%31%32%37.0.0.1/v1",
    "https:///v1",
    "https://",
    "",
    "//api.example.com/v1",
    "file:///etc/passwd",
    "gopher://api.example.com/v1",
    "ftp://api.example.com/v1",
    "http://api.example.com/v1",
    "https://api.example.com:22/v1",
    "https://api.example.com:0/v1",
    "https://api.example.com:99999/v1",
    "https://api.example.com:/v1",
    "https://[::1/v1",
    "https://-bad-.example.com/v1",
    "https://a..b/v1",
]


def answers(*addresses: str) -> object:
    """A name service that always says the same."""

    def getaddrinfo(host: str, port: int, **kwargs: object) -> list[object]:
        literal = [host] if _is_address(host) else list(addresses)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in literal]

    return getaddrinfo


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture(autouse=True)
def name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers("127.0.0.1"))


@pytest.mark.parametrize("url", BYPASSES)
def test_it_refuses_every_way_around(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "api.example.com" in url:
        monkeypatch.setattr(socket, "getaddrinfo", answers(PUBLIC))

    with pytest.raises(RefusedAddressError) as caught:
        guard.vet(url)

    assert caught.value.message
    assert caught.value.hint


def test_it_pins_the_addresses_of_a_public_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(PUBLIC, "93.184.216.35"))

    vetted = guard.vet("https://API.example.com/v1")

    assert vetted.target == guard.Target(scheme="https", host="api.example.com", port=443)
    assert vetted.addresses == (PUBLIC, "93.184.216.35")


def test_it_refuses_a_name_with_one_private_address_among_public_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(PUBLIC, "10.0.0.1"))

    with pytest.raises(RefusedAddressError, match="private or local"):
        guard.vet("https://api.example.com/v1")


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("http://localhost:11434/v1", "localhost:11434"),
        ("http://LOCALHOST:11434/v1", "localhost:11434"),
        ("http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("http://[::1]:8000/v1", "[::1]:8000"),
        ("https://10.0.0.5/v1", "10.0.0.5:443"),
    ],
)
def test_it_lets_through_what_was_allowed(url: str, entry: str) -> None:
    assert guard.vet(url, {entry}).target.host_port == entry


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "100.100.100.200"]
)
def test_nobody_may_allow_the_metadata_of_a_cloud(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="not to a model"):
        guard.vet(f"http://{host}:80/v1", {f"{host}:80", "[::ffff:a9fe:a9fe]:80"})


def test_a_name_may_not_lead_to_the_metadata_of_a_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: found)

    with pytest.raises(RefusedAddressError, match="not to a model"):
        guard.vet("http://metadata.test:80/v1", {"metadata.test:80"})


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11435/v1",
        "http://127.0.0.1:11434/v1",
        "http://localhost.evil.test:11434/v1",
        "http://localhost/v1",
    ],
)
def test_it_allows_the_exact_host_and_port_only(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        guard.vet(url, {"localhost:11434"})


def test_it_says_how_to_allow_an_address() -> None:
    with pytest.raises(RefusedAddressError) as caught:
        guard.vet("http://localhost:11434/v1")

    assert "localhost:11434" in caught.value.hint
    assert "EVALGROUND_MODEL_HOSTS" in caught.value.hint


def test_it_names_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(NetworkError, match=r"nowhere\.example"):
        guard.vet("https://nowhere.example/v1")


def test_it_refuses_by_an_error_that_users_can_read() -> None:
    with pytest.raises(ModelError) as caught:
        guard.vet("https://2130706433/v1")

    assert caught.value.kind == "refused_address"
    assert "2130706433" in caught.value.message
