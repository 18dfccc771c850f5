"""Scenes in which the agent stops and needs the person."""

from __future__ import annotations

import re

from enigma_panel.sim.beats import Ask, Done, Script, ScriptWriter
from enigma_panel.sim.plots import invent_products

_YES = re.compile(
    r"\b(?:yes|y|ok|okay|sure|confirm|confirmed|go ahead|proceed|approve)\b", re.IGNORECASE
)
_NO = re.compile(r"\b(?:no|not|don'?t|never|cancel|refuse|deny)\b", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"\buser\s*name\s*:\s*(\S.*?)\s*,\s*password\s*:\s*(\S.*)", re.IGNORECASE | re.DOTALL
)
_WORDS = ("first", "second", "third")


def is_yes(answer: str) -> bool:
    """Tell whether an answer agrees; anything unclear does not."""
    return bool(_YES.search(answer)) and not _NO.search(answer)


def chosen_of(answer: str, options: list[str]) -> str:
    """Find which option an answer means: by number, ordinal or name; else the first."""
    lowered = answer.lower()
    number = re.search(r"\b([1-9])\b", lowered)
    if number and int(number.group(1)) <= len(options):
        return options[int(number.group(1)) - 1]
    for word, option in zip(_WORDS, options, strict=False):
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
