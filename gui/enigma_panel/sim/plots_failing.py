"""Scenes that end badly, and two in which the browser is lost."""

from __future__ import annotations

from enigma_panel.sim.beats import Done, Fail, Script, ScriptWriter
from enigma_panel.sim.settings import SESSION_MS


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
