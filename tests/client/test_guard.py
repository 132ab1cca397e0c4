import pytest

from flows.client import FetchError, Manners, Web
from flows.client.guard import is_public
from tests.web import Site, article, redirect


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::808:808", True),  # NAT64 of 8.8.8.8
        ("2002:808:808::1", True),  # 6to4 of 8.8.8.8
        ("127.0.0.1", False),
        ("127.8.9.10", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:7f00:1::1", False),
        ("2002:a9fe:a9fe::1", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
def test_nothing_private_is_asked_however_it_is_written(site: Site, host: str) -> None:
    site.pages["/a"] = article()
    with Web() as web, pytest.raises(FetchError) as error:
        web.get(f"http://{host}:{site.port}/a", Manners(pause=0))
    assert error.value.check == "private_address"
    assert site.requests == []


def test_a_redirect_is_checked_like_the_first_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests reach no public host, so that 127.0.0.1 alone is taken for one."""
    monkeypatch.setattr("flows.client.guard.is_public", lambda address: address == "127.0.0.1")
    site.pages["/a"] = redirect(f"http://127.0.0.2:{site.port}/inside")
    with Web() as web, pytest.raises(FetchError, match=r"127\.0\.0\.2, which is not on the open internet"):
        web.get(site.url("/a"), Manners(pause=0))
    assert site.paths() == ["/a"]


def test_a_source_that_says_so_may_ask_privately(site: Site) -> None:
    site.pages["/a"] = article()
    with Web() as web:
        assert web.get(site.url("/a"), Manners(allow_private=True, pause=0)).status == 200
        with pytest.raises(FetchError, match="not on the open internet"):  # though a connection stands
            web.get(site.url("/a"), Manners(pause=0))
