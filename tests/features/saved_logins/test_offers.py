"""Which saved logins may be filled in where."""

import pytest

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.saved_logins.offers import (
    LoginHost,
    another_site,
    login_host,
    offers_for,
)
from enigma_panel.features.saved_logins.settings import SavedLogin
from enigma_panel.features.saved_logins.sites import registrable

MARIA = SavedLogin(host="amazon.com", account="maria")


@pytest.mark.parametrize(
    ("url", "text", "host", "is_plain"),
    [
        ("https://www.Amazon.com/hubs", "Buy a hub", "amazon.com", True),
        ("https://signin.aws.amazon.com", "", "signin.aws.amazon.com", True),
        (None, "Log in to bank.example and read the balance", "bank.example", True),
        (None, "Log in to https://bank.example/login, then stop.", "bank.example", True),
        (None, "Log in", "", True),
        ("https://amazon.com:8443/", "", "amazon.com", False),
        ("https://amazon.com@evil.example/", "", "evil.example", False),
        ("https://maria:pw@amazon.com/", "", "amazon.com", False),
        (None, "Open https://amazon.com:8443/ and buy", "amazon.com", False),
        ("https://192.0.2.7/", "", "192.0.2.7", False),
        (None, "Log in to paypa\u0301l.com", "paypál.com", False),
        ("https://xn--80ak6aa92e.com/", "", "xn--80ak6aa92e.com", False),
        ("https://аmazon.com/", "", "аmazon.com", False),
        ("https://localhost/", "", "localhost", False),
        (f"https://{'a' * 57}.com/", "", f"{'a' * 57}.com"[:60], False),
    ],
)
def test_where_a_login_of_a_task_would_be(
    url: str | None, text: str, host: str, is_plain: bool
) -> None:
    assert login_host(TaskSpec(text=text, starting_url=url)) == LoginHost(
        host=host, is_plain=is_plain
    )


@pytest.mark.parametrize(
    ("text", "host"),
    [
        # one site that nobody can mistake
        ("Log in at mybank.finance and read the balance", "mybank.finance"),
        ("Log in to my.shop.co.uk.", "my.shop.co.uk"),
        ("Log in to maria.github.io", "maria.github.io"),
        ("Log in to ALLEGRO.PL!", "allegro.pl"),
        ("Log in to shop.test", "shop.test"),
        ("Log in to bank.example, then on https://www.bank.example/login", "bank.example"),
        ("Log in to https://bank.example/to?=https://evil.example", "bank.example"),
        ("Log in as maria.x@mail.com at mybank.finance", "mybank.finance"),
        ("Log in at 10:30, e.g. to paypal.com, i.e. not later", "paypal.com"),
        ("Pay $49.99 with v1.2 of paypal.com", "paypal.com"),
        ("Log in to paypal.com and save report.pdf", "paypal.com"),
        # none
        ("Write to maria@paypal.com", ""),
        ("Open report.pdf and Node.js", ""),
        ("It is done.Then go on", ""),
        ("Log in to bank.intranet", ""),
        ("在paypal.com登录", ""),
        ("Log in to “paypal.com” – then stop", "paypal.com"),
    ],
)
def test_one_site_is_named(text: str, host: str) -> None:
    assert login_host(TaskSpec(text=text)) == LoginHost(host=host)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        # two sites
        ("Log in at mybank.finance and compare with paypal.com", ("mybank.finance", "paypal.com")),
        ("Compare paypal.com with mybank.finance", ("paypal.com", "mybank.finance")),
        ("Log in to paypal.com|mybank.finance", ("paypal.com", "mybank.finance")),
        ("Log in to paypal.com/mybank.finance", ("paypal.com", "mybank.finance")),
        ("Log in to bank.example/?to=https://evil.example", ("bank.example", "evil.example")),
        ("amazon.com, then signin.amazon.com", ("amazon.com", "signin.amazon.com")),
        ("https://a.example/x then https://b.example", ("a.example", "b.example")),
        # the first is odd, so it is no choice
        ("Log in at mybank.finance:8080, compare with paypal.com", ("paypal.com",)),
        ("Log in at https://mybank.finance:8080/ and paypal.com", ("paypal.com",)),
        ("Log in at localhost and compare with paypal.com", ("paypal.com",)),
        ("Log in at intranet:8080 and compare with paypal.com", ("paypal.com",)),
        ("Log in at 192.0.2.7 and compare with paypal.com", ("paypal.com",)),
        ("Log in at maria:pw@mybank.finance, see paypal.com", ("paypal.com",)),
        ("Log in at paypal.com@mybank.finance/x, see paypal.com", ("paypal.com",)),
        ("Log in at bücher.de and compare with paypal.com", ("paypal.com",)),
        ("Log in at bücher.рф and compare with paypal.com", ("paypal.com",)),
        ("Log in at xn--80ak6aa92e.com and paypal.com", ("paypal.com",)),
        ("Log in at ftp://mybank.finance and paypal.com", ("paypal.com",)),
        ("Log in at https:///mybank and paypal.com", ("paypal.com",)),
        ("Log in at bank.example and https://bank.example:8443", ("bank.example",)),
        # the first may be a host
        ("Log in at mybank.intranet and compare with paypal.com", ("paypal.com",)),
        ("With Node.js log in to paypal.com", ("paypal.com",)),
        ("It is done.Then log in to paypal.com", ("paypal.com",)),
        ("Log in at mybank\u3002finance, see paypal.com", ("mybank.finance", "paypal.com")),
        ("Log in at mybank\u200b.finance and compare with paypal.com", ("paypal.com",)),
        ("Log in at -mybank.finance, see paypal.com", ("mybank.finance", "paypal.com")),
        ("Log in at mybank-.finance, see paypal.com", ("paypal.com",)),
        ("Log in at बैंक.भारत, see paypal.com", ("paypal.com",)),
        ("Log in at बैंकी.com, see paypal.com", ("paypal.com",)),
        ("Log in at i\u2764.ws, see paypal.com", ("paypal.com",)),
        ("Log in at pay\u2764pal.com", ("pal.com",)),
        # a file or a site
        ("Log in to report.zip", ("report.zip",)),
        ("Run setup.sh and log in", ("setup.sh",)),
        ("See main.rs, log in to paypal.com", ("main.rs", "paypal.com")),
        ("Log in to paypal.com as in README.md", ("paypal.com", "readme.md")),
        ("Log in to PayPal.Com", ("paypal.com",)),
    ],
)
def test_in_doubt_the_person_chooses(text: str, choices: tuple[str, ...]) -> None:
    place = login_host(TaskSpec(text=text))
    assert place == LoginHost(choices=choices)
    saved = [SavedLogin(host=host, account="maria") for host in choices]
    assert offers_for(place, saved) == []


def test_a_starting_url_is_doubted_only_for_another_site() -> None:
    def place(text: str) -> LoginHost:
        return login_host(TaskSpec(text=text, starting_url="https://www.amazon.com/hubs"))

    assert place("Save it as report.zip with Node.js") == LoginHost(host="amazon.com")
    assert place("Log in at mybank.finance") == LoginHost(choices=("amazon.com", "mybank.finance"))


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("I need login credentials to proceed.", ""),
        ("Please log in to https://www.amazon.com/ap/signin", ""),
        ("signin.aws.amazon.com wants a login; write to help@ebay.com", ""),
        ("Please log in to mybank.finance.", "mybank.finance"),
        ("Amazon.com sent me to https://amazon.de:8443/", "amazon.de"),
        ("Log in at 192.0.2.7", "192.0.2.7"),
        ("Log in to login.zip", "login.zip"),
    ],
)
def test_a_question_may_name_another_site(question: str, other: str) -> None:
    assert another_site(question, "amazon.com") == other
    spec = TaskSpec(text="Log in to amazon.com")
    doubted = LoginHost(choices=("amazon.com",))
    assert login_host(spec, question) == (doubted if other else LoginHost(host="amazon.com"))


def test_they_come_as_they_were_saved() -> None:
    paul = SavedLogin(host="amazon.com", account="paul")
    other = SavedLogin(host="amazon.de", account="maria")
    assert offers_for(LoginHost(host="amazon.com"), [paul, other, MARIA]) == [paul, MARIA]


def test_no_other_host_of_the_domain_is_offered_it() -> None:
    assert offers_for(LoginHost(host="smile.amazon.com"), [MARIA]) == []


def test_below_a_private_suffix_each_is_somebody_else() -> None:
    assert registrable("maria.github.io") == "maria.github.io"
    assert registrable("www.bank.co.uk") == "bank.co.uk"


def test_nothing_is_filled_in_where_the_address_is_odd() -> None:
    assert offers_for(LoginHost(host="amazon.com", is_plain=False), [MARIA]) == []


def test_no_host_no_offer() -> None:
    assert offers_for(LoginHost(), [MARIA]) == []


@pytest.mark.parametrize(
    "host",
    ["amazon.net", "arnazon.com", "amazon-login.com", "amazon.com.evil.example", "аmazon.com"],
)
def test_nothing_is_filled_in_where_the_host_only_looks_like_it(host: str) -> None:
    assert offers_for(LoginHost(host=host), [MARIA]) == []
