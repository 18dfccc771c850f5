"""Which seeds are played: new ones each day, and those that were red once."""

import os
from datetime import UTC, date, datetime

from enigma_panel.core.service_rules import Dialect

DAY = "SEED_DAY"
"""Names the day in the environment, as 2026-11-26; without it, it is today in UTC."""

A_DAY = 100_000
"""So many seeds a day has."""


def seed_day() -> date:
    told = os.environ.get(DAY)
    return date.fromisoformat(told) if told else datetime.now(UTC).date()


def first_of(day: date) -> int:
    return int(f"{day:%Y%m%d}") * A_DAY


ONCE_RED: dict[int, str] = {
    26529: "a result in the words of the one before it waits for the reply",
    27708: "refused for now by one browser, for good by the gateway before the next",
    3057: "a second task of a browser that was closed, as its first one was refused",
    3628: "the same, where the person had stopped the first one",
    3624: "a late copy of a step seemed to show that an answer had arrived",
    40959: "a name that the channel told before another task was sent",
    2026112600482: "asked again in the same words, and the poll that knows answers of another task",
    60962: "killed between the refusal of a task and the end of its browser",
    61142: "a channel broke after the polls had failed for want of a key",
    2026112601038: "a browser that was not found stays, as another task may be at work there",
    2026112602274: "a channel broke whose session was opened with another key",
    2026112603880: "a copy of an answered question came after a step had shown the answer",
    2026112604404: "a question of a browser whose key nobody had gone back to",
    2026112608745: "the disk refused the last write of a quit, and had room a moment after",
    2026112609551: "asked in a browser where one of unknown end may ask, too",
    2026112602855: "the own address came back just before a broken channel was looked at",
    1534: "a task at work in an assumed end, under a key that nobody went back to",
    27123: "a refused key was taken for news of the session",
    30106: "a Stop was told not found, and its task was given up when the channel broke",
    30812: "a Terminate waited for a key that nobody went back to",
    411: "a refused key opened another browser before the first was closed",
    26485: "the clock was set: another browser beside one that had ended by our clock alone",
    27566: "killed before its only task was sent; that was refused, and the browser left to idle",
    27784: "as 26485, with a Terminate that had been refused",
    2026112700058: "the fate of a Terminate was written while its task got another session",
    2026112900001: "a first task waited for a Stop of its browser that could be taken back",
    658: "run in a new session while the program closed its browser: the task was given up",
    2026112900405: "after a restart, none was left of the sessions that were opened with a text",
    2026112900266: "killed after a Stop as an answer whose reply was lost",
    223: "the second try of a Stop was refused, the first had ended its task",
    2026112903012: "a Stop had ended its task although an answer took it back",
    2026112900291: "killed while a Stop was being sent that an answer had taken back",
    2026112902103: "a Terminate took the place of a Stop whose reply was lost",
    2026112902414: "ended by a Stop that an answer took back, just before another was sent",
    91120: "killed after a Stop, and a Terminate took its place while it was sent again",
    2026120200297: "a task that was taken out began again and again until that was written",
    812: "a browser was closed for its second task; the first, put away, was called terminated",
    2026120200140: "found by an answer's own look, a task was not asked for until its next look",
    2026120202120: "a Terminate found no session after its task had gone to another one",
    2026120202253: "a result came while a refused poll had to rest",
    2026120203417: "an answer that a full disk refused had taken back a Stop that was sent live",
    2026120203437: "a result came while a reply was held whose connection had died",
    2026120200576: "killed before it was written that the cap of the day had ended a task",
    2026120300431: "a task was over while the program was off, and was given up before any poll",
}
"""Seeds that were red once, and why. What they draw changes with the weather: under a new one they
are listed anew."""

ONCE_RED_IN_WEBRUN: dict[tuple[Dialect, int], str] = {
    (Dialect.W1, 2026112600372): "a task failed in a browser that was opened with another key",
    (Dialect.W1, 2026112601038): "a browser was not found whose other task was put away later",
    (Dialect.W1, 2026112601309): "the disk was full: a task that was not sent moved an end away",
    (Dialect.W1, 2026112700590): "an answer was told not found: idle minutes come after the cap",
    (Dialect.W2, 214): "a Stop was told not found: another browser beside one taken for closed",
}
"""The same, for those that were red in a dialect of WebRun."""
