"""Scenes that end badly, and two in which the browser is lost."""

from __future__ import annotations

from enigma_panel.sim.beats import Done, Fail, Plot, Stage
from enigma_panel.sim.settings import SESSION_MS


def unreachable(stage: Stage) -> Plot:
    """Wait for a page that never loads."""
    site = stage.site("slowharbor.example", "farshore.example")
    yield stage.step("navigate", site, f"Opening {site}")
    yield stage.step("wait", site, "Nothing yet, waiting for the page to load", 3.0)
    yield stage.step("navigate", site, "Trying once more")
    yield Fail(f"Navigation to https://{site} timed out after 30 seconds", "NAVIGATION_TIMEOUT")


def missing_element(stage: Stage) -> Plot:
    """Look for something that is not on the page."""
    site = stage.site("daybook.example", "commonpage.example")
    yield stage.step("navigate", site, f"Opening {site}")
    yield stage.step("read_page", site, "Looking for the button")
    yield stage.step("scroll", site, "Not in view, scrolling to the end of the page")
    yield stage.step("read_page", site, "Looking through the menus, too")
    yield Fail(
        f"Could not find the requested {stage.pick('button', 'field')} on {site}",
        "ELEMENT_NOT_FOUND",
    )


def page_crash(stage: Stage) -> Plot:
    """Open a page that takes the browser's tab down."""
    site = stage.site("heavyweight.example", "glitterwall.example")
    yield stage.step("navigate", site, f"Opening {site}")
    yield stage.step("read_page", site, "The page is very heavy, it answers slowly")
    yield stage.step("scroll", site, "Scrolling on in small steps")
    yield Fail(f"The page at {site} crashed", "PAGE_CRASH")


def lost_browser(stage: Stage) -> Plot:
    """Lose the browser in the middle and get it back."""
    site = stage.site("riverdesk.example")
    yield stage.step("navigate", site, f"Opening {site}")
    yield stage.step("read_page", site, "Reading the page")
    yield stage.lose(15.0)
    yield stage.step("read_page", site, "The browser is back, reading on from the same place")
    yield stage.step("write", "answer", "Putting the answer together")
    yield Done(f"Finished on {site}, after the browser had been away for 15 seconds.")


def browser_gone(stage: Stage) -> Plot:
    """Lose the browser for good: longer than any session lives."""
    site = stage.site("riverdesk.example")
    yield stage.step("navigate", site, f"Opening {site}")
    yield stage.lose(SESSION_MS / 1000)
    yield Fail("The browser did not come back")
