"""Scenes in which the agent works through to a result without asking."""

from __future__ import annotations

from enigma_panel.sim.beats import Done, Script, ScriptWriter

_MAKERS = ("Halden", "Orrin", "Kestrel", "Vantry", "Lumo", "Bexley", "Tarn", "Quillon")
_TRAITS = ("Compact", "Pro", "Mini", "Plus", "Classic", "Air", "Two", "Studio")


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
    """Put the first product into the cart; buying it is another scene."""
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


def research(writer: ScriptWriter) -> Script:
    """Read many sources: longer than a request is held open."""
    topic = writer.topic("the requested subject")
    sites = writer.rng.sample(
        ("openledger.example", "fieldnotes.example", "thequarterly.example", "datapier.example",
         "plainfacts.example"),
        4,
    )  # fmt: skip
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
