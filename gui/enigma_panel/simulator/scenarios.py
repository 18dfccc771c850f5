"""The scenarios: which script a task's text starts, and the scripts.

The first row of ``SCENARIOS`` whose words occur in the text wins, whatever their case; a text that
fits none plays ``anything``. Rows that end badly stand first, so that "log in to a page that
crashes" crashes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from enigma_panel.simulator.scripts import Ask, Done, Fail, File, Script, ScriptWriter
from enigma_panel.simulator.settings import SESSION_MS

_MAKERS = ("Halden", "Orrin", "Kestrel", "Vantry", "Lumo", "Bexley", "Tarn", "Quillon")
_TRAITS = ("Compact", "Pro", "Mini", "Plus", "Classic", "Air", "Two", "Studio")

_YES = re.compile(
    r"\b(?:yes|y|ok|okay|sure|confirm|confirmed|go ahead|proceed|approve)\b", re.IGNORECASE
)
_NO = re.compile(r"\b(?:no|not|don'?t|never|cancel|refuse|deny)\b", re.IGNORECASE)
_LIMIT = re.compile(r"[$]([0-9]{1,9}(?:[.][0-9]{1,9})?)(?= or less)")
_CREDENTIALS = re.compile(
    r"\buser\s*name\s*:\s*(\S.*?)\s*,\s*password\s*:\s*(\S.*)", re.IGNORECASE | re.DOTALL
)
_ORDINALS = ("first", "second", "third")


def invent_products(writer: ScriptWriter, topic: str, count: int) -> list[str]:
    """Invent ``count`` different products for a topic, each with its price."""
    makers = writer.rng.sample(_MAKERS, count)
    traits = writer.rng.sample(_TRAITS, count)
    return [
        f"{maker} {trait} {topic} - {writer.price(18, 140)}"
        for maker, trait in zip(makers, traits, strict=True)
    ]


def opening(writer: ScriptWriter) -> Script:
    """Open a page: what a new session does with a task of its own. Never asks."""
    site = writer.site("start.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "The page has loaded, having a first look around")
    yield Done(f"Opened {site}. The page is loaded and ready for the next instruction.")


def search(writer: ScriptWriter) -> Script:
    """Look something up; lists products when the text speaks of prices or a top list."""
    site = writer.site("findwell.example", "seeklight.example")
    topic = writer.topic("the requested subject")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("click_element", "search box", "Putting the cursor into the search box")
    yield writer.step("type_text", "search box", f"Typing “{topic}”")
    yield writer.step("key_press", "Enter", "Starting the search", 0.6)
    yield writer.step("read_page", "result list", "Reading the list of results", 1.3)
    yield writer.step("click_element", "first result", "Opening the first result to check it")
    yield writer.step("read_page", "article", "Noting the main points", 1.1)
    yield Done(_search_result(writer, topic, site))


def _search_result(writer: ScriptWriter, topic: str, site: str) -> str:
    lowered = writer.text.lower()
    if "price" in lowered or "top " in lowered:
        products = invent_products(writer, topic, 3)
        listed = "\n".join(f"{number}. {name}" for number, name in enumerate(products, 1))
        return f"Top 3 results for “{topic}” on {site}:\n{listed}"
    count = writer.rng.randint(12, 890) * 1000
    return writer.pick(
        f"Successfully searched for {topic}. About {count:,} results; the first one is an "
        f"overview page that explains what {topic} is and links to its official site.",
        f"The first result for “{topic}” is a summary on {site}: background in two paragraphs, "
        f"a list of dates, and {writer.rng.randint(3, 14)} sources.",
        f"Found {topic}. The top result was updated {writer.rng.randint(2, 27)} days ago and "
        f"answers the question on its first screen; two of the next four say the same.",
    )


def cart(writer: ScriptWriter) -> Script:
    """Put the first product into the cart; buying it is another scenario."""
    site = writer.site("harborgoods.example", "brightcrate.example")
    yield writer.step("read_page", site, "Looking for the first product in the list")
    yield writer.step("click_element", "first product", "Opening the product page")
    yield writer.step("read_page", "product page", "Checking that it is in stock")
    yield writer.step("click_element", "Add to cart", "Adding it to the cart")
    yield writer.step("read_page", "cart", "Making sure the cart shows it")
    price = writer.price(18, 140)
    yield Done(
        writer.pick(
            f"Added the first product to the cart. Cart: 1 item, subtotal {price}.",
            f"The first product is in the cart now ({price}). Nothing has been ordered yet.",
        )
    )


def extract(writer: ScriptWriter) -> Script:
    """Read a table off a page."""
    rows = writer.rng.randint(3, 6)
    pages = writer.rng.randint(2, 5)
    yield writer.step("read_page", "dashboard", "Looking for the table with the data")
    yield writer.step("click_element", "Show all", "Expanding the list to see every row")
    yield writer.step("scroll", "table", f"Scrolling through {pages} screens of the table", 1.4)
    yield writer.step("read_page", "table", "Reading the rows one by one", 1.5)
    yield writer.step("check", "table", "Comparing my count with the one on the page")
    names = writer.rng.sample(("Ada", "Bruno", "Chen", "Dalia", "Emre", "Freya", "Goran"), rows)
    plans = [
        f"{name}; {writer.pick('basic', 'team', 'trial')}; {writer.price(5, 90)}" for name in names
    ]
    yield Done(f"Extracted {rows} rows (name; plan; monthly amount):\n" + "\n".join(plans))


def download(writer: ScriptWriter) -> Script:
    """Save a report and its figures; "5 MB" in the text makes the report so big."""
    site = writer.site("openledger.example", "datapier.example")
    size = writer.size(otherwise=48_000)
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "Looking for what is to be saved")
    yield writer.step("click_element", "Download", "Saving the report")
    yield writer.step("click_element", "Export", "Saving its figures, too")
    yield Done(
        f"Saved the report and its figures from {site}.",
        files=(File("report.pdf", size), File("figures.csv", 2_400)),
    )


def research(writer: ScriptWriter) -> Script:
    """Read many sources: longer than a request is held open."""
    topic = writer.topic("the requested subject")
    sites = writer.rng.sample(
        ("openledger.example", "fieldnotes.example", "thequarterly.example", "datapier.example",
         "plainfacts.example"),
        4,
    )  # fmt: skip
    sites[0] = writer.named_site or sites[0]
    yield writer.step("plan", topic, f"Planning which sources to read about {topic}")
    for site in sites:
        yield writer.step("navigate", site, f"Opening {site}")
        yield writer.step("read_page", site, f"Reading what {site} says about {topic}", 1.4)
        yield writer.step("scroll", site, "Scrolling to the figures further down")
        yield writer.step("take_note", site, "Noting what is new compared with the last source")
    yield writer.step("compare", "notes", "Comparing the sources with each other", 1.3)
    yield writer.step("write", "report", "Writing the summary", 1.2)
    share = writer.rng.randint(11, 78)
    yield Done(
        f"Report on {topic}, from {len(sites)} sources:\n"
        f"- {sites[0]} and {sites[1]} agree on the main facts.\n"
        f"- {sites[2]} gives a share of {share} %, {sites[3]} one of {share + 3} %; "
        f"the later figure is the newer one.\n"
        f"- {writer.pick('Nothing speaks against the usual view.', 'One claim has no source.')}"
    )


def anything(writer: ScriptWriter) -> Script:
    """Play a plausible piece of work for any text."""
    site = writer.site("daybook.example", "commonpage.example", "riverdesk.example")
    topic = writer.topic("the page")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "Getting an overview of the page")
    yield writer.step("click_element", "main menu", "Looking for the right section")
    yield writer.step("read_page", "section", "This looks right, reading it", 1.3)
    yield writer.step("check", "section", "Checking that everything asked for is there")
    yield writer.step("write", "answer", "Putting the answer together")
    points = writer.rng.randint(3, 9)
    yield Done(
        writer.pick(
            f"Done. Went through {site} and found {points} points on {topic}; nothing unusual.",
            f"Finished on {site}: {points} of {points} steps worked, no pop-ups in the way.",
            f"The task is complete. {site} answered quickly, and {topic} was in the "
            f"{writer.pick('second', 'third', 'last')} section of the page.",
        )
    )


def is_yes(answer: str) -> bool:
    """Tell whether an answer agrees; anything unclear does not."""
    return bool(_YES.search(answer)) and not _NO.search(answer)


def chosen_of(answer: str, options: list[str]) -> str:
    """Find which option an answer means: by number, ordinal or name; else the first."""
    if answer in options:
        return answer
    lowered = answer.lower()
    number = re.search(r"\b([1-9])\b", lowered)
    if number and int(number.group(1)) <= len(options):
        return options[int(number.group(1)) - 1]
    for word, option in zip(_ORDINALS, options, strict=False):
        if word in lowered or option.split(" - ")[0].split(" ")[0].lower() in lowered:
            return option
    return options[0]


def shopping(writer: ScriptWriter) -> Script:
    """Buy something, with the agent's question before the money is spent."""
    site = writer.site("harborgoods.example", "brightcrate.example")
    topic = writer.topic("item")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("type_text", "search box", f"Looking for “{topic}”")
    yield writer.step("click_element", "best match", "Opening the best match")
    yield writer.step("click_element", "Add to cart", "Adding it to the cart")
    yield writer.step("navigate", "checkout", "Going to the checkout")
    answer = yield Ask("Do you want me to complete this purchase? The total is $49.99")
    while (limit := _LIMIT.search(answer[:2000])) and Decimal(limit.group(1)) < Decimal("49.99"):
        answer = yield Ask(
            "The total is $49.99, more than you allowed. Do you want me to complete this purchase?"
        )
    if not is_yes(answer):
        yield writer.step("click_element", "Back", "Leaving the checkout as told", 0.7)
        yield Done(f"Did not buy anything. The cart at {site} still holds the {topic} ($49.99).")
        return
    yield writer.step("click_element", "Place order", "Placing the order")
    yield writer.step("read_page", "confirmation", "Reading the confirmation")
    letters = writer.pick("HG", "BC", "NX")
    yield Done(
        f"Purchase complete at {site}. Order number {letters}-{writer.digits(7)}, total $49.99, "
        f"delivery in {writer.rng.randint(2, 6)} days."
    )


def login(writer: ScriptWriter) -> Script:
    """Log in with the person's credentials; a password with "wrong" in it is turned down."""
    site = writer.site("members.example", "portal.example")
    yield writer.step("navigate", site, f"Opening the sign-in page of {site}")
    yield writer.step("read_page", "sign-in form", "It wants a user name and a password")
    answer = yield Ask("I need login credentials to proceed")
    while True:
        given = _CREDENTIALS.search(answer[:2000])
        yield writer.step("type_text", "sign-in form", "Filling in the form", 0.8)
        yield writer.step("click_element", "Sign in", "Sending the form", 0.8)
        if given is None:
            answer = yield Ask(
                "I could not tell the user name from the password. Please send the login "
                "credentials as: Username: …, Password: …"
            )
        elif "wrong" in given.group(2).lower():
            answer = yield Ask(
                "The site did not accept these credentials. Please check the username and "
                "password and send them again."
            )
        else:
            break
    yield writer.step("read_page", "dashboard", "Signed in, the dashboard is loading")
    yield Done(
        writer.pick(
            f"Logged in to {site}. The dashboard shows {writer.rng.randint(1, 9)} new messages.",
            f"Login at {site} worked; the account page is open now.",
        )
    )


def captcha(writer: ScriptWriter) -> Script:
    """Meet a CAPTCHA that only a person can solve."""
    site = writer.site("tickethall.example", "gatehouse.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "Something is lying over the page")
    yield writer.step("click_element", "close", "Trying to close it")
    yield Ask("A CAPTCHA is blocking me. Please solve it.")
    yield writer.step("read_page", site, "The way is free again, reading on")
    yield writer.step("click_element", "Continue", "Carrying on where I was stopped")
    yield Done(f"Got past the check on {site} and finished: the page was open and readable.")


def choice(writer: ScriptWriter) -> Script:
    """Find three products and let the person choose."""
    site = writer.site("harborgoods.example", "brightcrate.example")
    options = invent_products(writer, writer.topic("desk lamp"), 3)
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("type_text", "search box", "Searching the shop")
    yield writer.step("read_page", "result list", "Narrowing it down to three")
    listed = "; ".join(f"{number}) {name}" for number, name in enumerate(options, 1))
    answer = yield Ask(f"Which product should I select? I see 3 options: {listed}")
    chosen = chosen_of(answer, options)
    yield writer.step("click_element", chosen, f"Opening {chosen}")
    yield writer.step("read_page", "product page", "Reading its details")
    yield Done(
        f"Selected {chosen}. It is rated {writer.rng.randint(36, 49) / 10} of 5 by "
        f"{writer.rng.randint(20, 900)} buyers and is in stock."
    )


def flight(writer: ScriptWriter) -> Script:
    """Ask two questions in one task: which flight, then a code sent to the person."""
    site = writer.site("skyfare.example")
    hours = sorted(writer.rng.sample(range(6, 22), 3))
    options = [f"{hour:02}:{writer.pick('05', '20', '45')} - {writer.price(80, 320)}"
               for hour in hours]  # fmt: skip
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("type_text", "trip form", "Filling in the trip")
    yield writer.step("read_page", "flight list", "Comparing departure times and fares")
    listed = "; ".join(f"{number}) {name}" for number, name in enumerate(options, 1))
    answer = yield Ask(f"Which flight should I select? I see 3 options: {listed}")
    chosen = chosen_of(answer, options)
    yield writer.step("click_element", chosen, f"Taking the flight at {chosen}")
    yield writer.step("click_element", "Confirm", "The site sends a code to your phone")
    yield Ask("This action requires two-factor authentication code")
    yield writer.step("type_text", "code field", "Entering the code")
    yield writer.step("read_page", "booking", "Reading the booking")
    yield Done(f"Booked the flight at {chosen} on {site}. Booking code {writer.digits(6)}.")


def unreachable(writer: ScriptWriter) -> Script:
    """Wait for a page that never loads."""
    site = writer.site("slowharbor.example", "farshore.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("wait", site, "Nothing yet, waiting for the page to load", 3.0)
    yield writer.step("navigate", site, "Trying once more")
    yield Fail(f"Navigation to https://{site} timed out after 30 seconds", "NAVIGATION_TIMEOUT")


def missing_element(writer: ScriptWriter) -> Script:
    """Look for something that is not on the page."""
    site = writer.site("daybook.example", "commonpage.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "Looking for the button")
    yield writer.step("scroll", site, "Not in view, scrolling to the end of the page")
    yield writer.step("read_page", site, "Looking through the menus, too")
    yield Fail(
        f"Could not find the requested {writer.pick('button', 'field')} on {site}",
        "ELEMENT_NOT_FOUND",
    )


def page_crash(writer: ScriptWriter) -> Script:
    """Open a page that takes the browser's tab down."""
    site = writer.site("heavyweight.example", "glitterwall.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "The page is very heavy, it answers slowly")
    yield writer.step("scroll", site, "Scrolling on in small steps")
    yield Fail(f"The page at {site} crashed", "PAGE_CRASH")


def lost_browser(writer: ScriptWriter) -> Script:
    """Lose the browser in the middle and get it back."""
    site = writer.site("riverdesk.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.step("read_page", site, "Reading the page")
    yield writer.lose(15.0)
    yield writer.step("read_page", site, "The browser is back, reading on from the same place")
    yield writer.step("write", "answer", "Putting the answer together")
    yield Done(f"Finished on {site}, after the browser had been away for 15 seconds.")


def browser_gone(writer: ScriptWriter) -> Script:
    """Lose the browser for good: longer than any session lives."""
    site = writer.site("riverdesk.example")
    yield writer.step("navigate", site, f"Opening {site}")
    yield writer.lose(SESSION_MS / 1000)
    yield Fail("The browser did not come back")


class Scenario(Struct, frozen=True):
    """One scenario: the words that start it, what it shows, and its usual length.

    ``seconds`` is the range for all ``steps`` together, in service seconds without any waiting
    for the person.
    """

    name: str
    words: tuple[str, ...]
    shows: str
    script: Callable[[ScriptWriter], Script]
    steps: int
    seconds: tuple[float, float] = (14.0, 30.0)

    def fits(self, text: str) -> bool:
        """Tell whether one of the words stands in the text, as a word of its own or a stem."""
        return any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in self.words)

    def play(self, text: str, url: str | None, rng: random.Random) -> Script:
        """Begin the script; ``rng`` decides its lengths, names and numbers."""
        pace = rng.uniform(*self.seconds) / self.steps
        return self.script(ScriptWriter(text, url, rng, pace))


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("page crash", ("crash",), "fails with PAGE_CRASH",
          page_crash, 3),
    Scenario("page not loading", ("unreachable", "times out", "time out", "timeout"),
          "fails with NAVIGATION_TIMEOUT", unreachable, 5, (32.0, 38.0)),
    Scenario("missing element", ("missing button", "missing element", "missing field"),
          "fails with ELEMENT_NOT_FOUND", missing_element, 4),
    Scenario("lost browser", ("lost browser", "lose the browser", "unstable", "orphan"),
          "the browser is away for 15 s", lost_browser, 4),
    Scenario("browser gone", ("never comes back", "lost for good"),
          "the browser stays away until the session's end", browser_gone, 2),
    Scenario("captcha", ("captcha",), "asks to solve a CAPTCHA", captcha, 5),
    Scenario("two questions", ("two questions", "book a flight", "book the flight"),
          "asks for a choice, then for a code", flight, 7),
    Scenario("login", ("log in", "login", "log me in", "sign in", "sign me in"),
          "asks for credentials; a password with “wrong” in it is refused",
          login, 5),
    Scenario("choice", ("choose", "which product", "let me pick"),
          "asks which of three products to take", choice, 5),
    Scenario("shopping", ("buy", "purchase", "place an order", "order a", "checkout", "check out"),
          "asks before it buys for $49.99", shopping, 7),
    Scenario("cart", ("to cart", "to the cart", "to my cart"), "fills the cart, asks nothing",
          cart, 5),
    Scenario("download", ("download",), "with W2 the result has files; “5 MB” in the text: so big",
          download, 4),
    Scenario("extract", ("extract", "scrape", "dashboard"), "returns a small table",
          extract, 5),
    Scenario("research", ("research", "in depth", "report on"), "takes more than 60 s",
          research, 19, (90.0, 110.0)),
    Scenario("search", ("search", "find", "look up", "google"), "finds something",
          search, 7),
)  # fmt: skip
"""All scenarios with trigger words, in the order in which they are tried."""

ANYTHING = Scenario("anything", (), "plays for every other text", anything, 6)
OPENING = Scenario("opening", (), "a new session's own task", opening, 2, (4.0, 7.0))


def scenario_for(text: str) -> Scenario:
    """Find the scenario for a task's text."""
    return next((scenario for scenario in SCENARIOS if scenario.fits(text)), ANYTHING)


def help_table() -> str:
    """List the scenarios for ``--help``: name, words, what it shows."""
    rows = [f"  {each.name}: {', '.join(each.words)} – {each.shows}" for each in SCENARIOS]
    rows.append("  in any text “misfit”: a structured result is not of the form asked for")
    return "words in a task's text that choose its scenario:\n" + "\n".join(rows)
