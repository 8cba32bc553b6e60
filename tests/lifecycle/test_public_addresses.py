"""The addresses and URLs to which requests for customers may go."""

from ipaddress import ip_address

import pytest

from lifecycle.public_addresses import find_url_problem, is_public

PUBLIC = ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
NOT_PUBLIC = (
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
    *("64:ff9b:1::1", "2002:a00:1::", "2001:0:a00:1::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1"),
    *("::127.0.0.1", "2001:db8::1"),
)


@pytest.mark.parametrize("address", [*PUBLIC, *NOT_PUBLIC])
def test_only_addresses_of_the_public_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address)) == (address in PUBLIC)


@pytest.mark.parametrize(
    ("url", "is_accepted", "is_accepted_on_loopback"),
    [
        ("https://hooks.example.org/viva?token=1", True, True),
        ("https://8.8.8.8:8443/", True, True),
        ("http://hooks.example.org/", False, False),
        ("http://127.0.0.1:9/", False, True),
        ("http://localhost:9/", False, True),
        ("https://localhost/", False, True),
        ("https://[::ffff:10.0.0.1]/", False, False),
        ("https://10.0.0.1/", False, False),
        ("https://user:password@example.org/", False, False),
        ("https://example.org/#fragment", False, False),
        ("https://example.org/ space", False, False),
        ("https://exämple.org/", False, False),
        ("https://example.org:port/", False, False),
        ("https://", False, False),
        ("ftp://example.org/", False, False),
        (f"https://example.org/{'a' * 2000}", False, False),
    ],
)
def test_url_is_https_and_public(url: str, *, is_accepted: bool, is_accepted_on_loopback: bool) -> None:
    problems = [find_url_problem(url, allow_loopback=allow_loopback) for allow_loopback in (False, True)]
    assert [problem is None for problem in problems] == [is_accepted, is_accepted_on_loopback]
