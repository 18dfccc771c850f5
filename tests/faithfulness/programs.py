"""Takes the five JavaScript programs out of the documentation page's text.

The text has lost its indentation and carries the page's own labels between its lines, so that a
program is found by its function's name and the braces are matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCUMENTED_BASE = "https://connect.enigma.click"
_CLOSERS = {"{": "}", "(": ")", "[": "]"}
_KEY = re.compile(r"enig_x+")


class NotAsExpectedError(Exception):
    """The page does not hold what its programs are known by."""


@dataclass(frozen=True)
class Page:
    """The page's text, asked for its parts."""

    text: str

    def function(self, name: str) -> str:
        start = self.text.find(f"async function {name}(")
        if start < 0:
            raise NotAsExpectedError(f"no function {name}")
        opening = self.text.index("{", self._closing(self.text.index("(", start)))
        return self.text[start : self._closing(opening) + 1]

    def constants_before(self, name: str) -> str:
        """Give the ``const NAME = "…";`` lines that stand directly before a function."""
        lines = self.text[: self.text.index(f"async function {name}(")].splitlines()
        found: list[str] = []
        while lines and re.fullmatch(r'const [A-Z_]+ = "[^"]*";', lines[-1].strip()):
            found.insert(0, lines.pop())
        return "\n".join(found)

    def usage_after(self, name: str) -> str:
        """Give the statements under ``// Usage`` after a function, one a line."""
        body = self.function(name)
        rest = self.text[self.text.index(body) + len(body) :]
        marker, _, after = rest.partition("// Usage\n")
        if marker.strip() and "async function" not in marker:
            raise NotAsExpectedError(f"no usage after {name}")
        lines = []
        for line in after.splitlines():
            if not re.match(r"(const \w+ = await |console\.log\().*;$", line):
                break
            lines.append(line)
        return "\n".join(lines)

    def _closing(self, opening: int) -> int:
        """Find the bracket that closes the one at a place, past strings and comments."""
        wanted: list[str] = []
        place = opening
        while place < len(self.text):
            sign = self.text[place]
            if sign in _CLOSERS:
                wanted.append(_CLOSERS[sign])
            elif sign in "\"'`":
                place = self._string_end(place)
            elif self.text.startswith("//", place):
                place = self.text.index("\n", place)
            elif wanted and sign == wanted[-1]:
                wanted.pop()
                if not wanted:
                    return place
            place += 1
        raise NotAsExpectedError("a bracket is never closed")

    def _string_end(self, opening: int) -> int:
        quote, place = self.text[opening], opening + 1
        while self.text[place] != quote:
            if self.text[place] == "\\":
                place += 1
            elif quote == "`" and self.text.startswith("${", place):
                place = self._closing(place + 1)
            place += 1
        return place


def polling(page: Page) -> str:
    """Build program 1: start, and poll where the reply says pending; with its own usage."""
    parts = [page.function("runTask"), page.function("pollForResult"), page.usage_after("runTask")]
    expect(parts[0], "/start/run-task", '"pending"', "pollForResult")
    expect(parts[1], "/task/", "guardrail_trigger", "task_completed")
    expect(parts[2], "await runTask(", "console.log")
    return "\n".join(parts)


def example(page: Page, name: str, *known_by: str) -> str:
    """Build an example with its own constants and usage; ``pollForResult`` is added."""
    parts = [page.constants_before(name), page.function(name), page.usage_after(name)]
    expect(parts[0], "API_KEY")
    expect(parts[1], "pollForResult", *known_by)
    expect(parts[2], f"await {name}(", "console.log")
    return "\n".join([*parts, page.function("pollForResult")])


def guardrails(page: Page, caller: str) -> str:
    """Build example 3, which has its constants inside and no caller of its own."""
    body = page.function("loginAndExtractData")
    expect(body, "/start/start-session", 'actionType: "guardrail"', "Guardrail:", "pollForResult")
    return "\n".join([body, page.function("pollForResult"), caller])


def retrying(page: Page, caller: str) -> str:
    body = page.function("executeTaskWithRetry")
    expect(body, "/start/run-task", "503", "429", "maxRetries")
    return f"{body}\n{caller}"


def expect(text: str, *parts: str) -> None:
    """Make sure that what was found is what was looked for."""
    missing = [part for part in parts if part not in text]
    if missing:
        raise NotAsExpectedError(f"not found where expected: {', '.join(missing)}")


def made_runnable(program: str, base: str, key: str) -> str:
    """Point a program at another service: base URL, key, and the key argument it leaves out."""
    program = program.replace(DOCUMENTED_BASE, base).replace('"enig_xxx"', f'"{key}"')
    program = _KEY.sub(key, program)
    # Samples with a constant of their own call the poll with two arguments; it takes three.
    return re.sub(
        r"(?<!function )pollForResult\(([^,()]+), ([^,()]+)\)",
        rf'pollForResult(\1, \2, "{key}")',
        program,
    )
