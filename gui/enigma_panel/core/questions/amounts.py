"""Amounts of money in an agent's words: what a purchase would cost, where they say so plainly.

A total is read only where all words around it are known here: typing an amount costs seconds,
approving a wrong one costs money.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from enigma_panel.core.lazy_pattern import lazy_compile

_CODES = "USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|INR|SEK|NOK|DKK|PLN|CZK|BRL|MXN|SGD|HKD|CNY"
_SIGNS = r"[A-Z]{0,2}[$]|[€£¥₹]"
_WORDS = "dollars?|euros?|pounds?|francs?|yen|rupees?"
_SPACE = "[ \u00a0\u202f]"
_GROUPED = rf"[0-9]{{1,3}}(?:[,.'’]?{_SPACE}?[0-9]{{3}})+(?:[.,][0-9]{{1,2}})?"
_AMOUNT = lazy_compile(
    rf"(?:(?P<before>\b(?:{_CODES})|{_SIGNS}){_SPACE}?)?"
    rf"(?<![0-9.,])(?P<number>{_GROUPED}|[0-9]+(?:[.,][0-9]+)?)(?![0-9]|[.,][0-9])"
    rf"(?:{_SPACE}?(?P<after>{_SIGNS}|(?:{_CODES}|{_WORDS})\b))?"
)
_MOST_CHARS = 5_000
"""Longest question that is looked at: nobody reads all of a longer one before clicking."""
_DASHES = ("-", "−", "–", "—")
_MARK = "¤"
"""Placeholder of the amount while the words around it are read."""
_COST = r"(?:tax|taxes|vat|shipping|delivery|postage|handling|fees)"
_COSTS = rf"(?:all )?{_COST}(?:(?:,|,? and|,? &) (?:all )?{_COST})*"
_ALL_IN = rf",? ?\(?(?:incl(?:uding|uded|[.])? {_COSTS}|{_COSTS} included|with free {_COST})\)?"
_TOTAL = lazy_compile(
    r"(?:(?:^|[.!?:;,(\n–—-]|\band|\bso) ?(?:(?:the|your|this) )?"
    r"(?:(?:order|purchase|final|grand|overall|full) ){0,2}total(?: price| cost| amount)?"
    rf"(?: (?:for|of) (?:this|the|your) (?:order|purchase))?(?:{_ALL_IN})?"
    rf"(?: is| will be| comes to|:)? ?{_MARK}"
    rf"|\b(?:it|this|that|everything|order|purchase) comes to {_MARK}"
    rf"|\ba (?:grand |final )?total of {_MARK}"
    rf"|\b(?:pay|for|costs) {_MARK} (?:in total|altogether))"
    rf"(?:{_ALL_IN})?"
    r"(?= ?(?:$|[.!?;)\n]|[,–—-] ?(?:shall|should|may|can|do|would|is|okay|ok|proceed)\b))"
)
"""Patterns of an amount that is called a total, with nothing more said about it."""
_PLAIN = lazy_compile(r"[a-z'’\s.,:;!?()\"“”–—-]*")
_ASKING = """
    a add added ahead all am an and approval approve are basket been before buy can card cart check
    checkout complete completed confirm confirmation continue could do everything finalise finalize
    finish for go have i i'm i've in into is it it's item items like make may me my now ok okay on
    order our out page pay payment permission place please proceed product products purchase ready
    review selected shall should so submit that the them this to want we whether will with would yes
    you your
"""
"""Words in which an agent asks whether to buy. None says how often, how much of it or what else."""
_ENGLISH = lazy_compile(
    r"[$£¥₹]|USD|GBP|JPY|CAD|AUD|NZD|INR|MXN|SGD|HKD|CNY|dollar|pound|yen|rupee"
)
"""Currencies whose thousands are separated by a comma; others have a point there."""


class Amount(Struct, frozen=True):
    """An amount as it is written. value: in that currency."""

    text: str
    currency: str
    value: Decimal


def total_in(question: str) -> Amount | None:
    """The total that a question names; None where there is none, or it says more than that."""
    if len(question) > _MOST_CHARS:
        return None
    found = next((match for match in _AMOUNT.finditer(question) if _currency(match)), None)
    if found is None:
        return None
    words = f"{question[: found.start()]}{_MARK}{question[found.end() :]}".lower()
    rest = _TOTAL.sub("", re.sub(r"[^\S\n]+", " ", words), count=1)
    # The mark is still there where it stood for no total, and so is any other number.
    is_plain = _PLAIN.fullmatch(rest) is not None
    is_known = set(_ASKING.split()).issuperset(re.findall(r"[a-z'’]+", rest))
    return _read(found, question) if is_plain and is_known else None


def amount_in(text: str) -> Amount | None:
    """The amount that a text is, with its currency; None where it is none or may be two."""
    found = _AMOUNT.fullmatch(text)
    return _read(found, text) if found is not None and _currency(found) else None


def currency_in(question: str) -> str:
    """The currency of all amounts in a question, as written there; "" for none or several."""
    found = {_currency(match) for match in _AMOUNT.finditer(question)} - {""}
    return found.pop() if len(found) == 1 else ""


def written(number: Decimal, currency: str) -> str:
    """'$49.99', 'EUR 49.99', '49.99 euros'; the number alone where the currency is not known."""
    text = f"{number:f}"
    if re.fullmatch(_WORDS, currency):
        return f"{text} {currency}"
    return f"{currency} {text}" if currency.isalpha() else f"{currency}{text}"


def sum_written(amounts: Sequence[str]) -> str:
    """The sum of approved amounts for each currency: '$68.40, €20'."""
    sums: dict[str, Decimal] = {}
    for amount in amounts:
        found = _AMOUNT.fullmatch(amount)
        value = _value(found["number"], _currency(found)) if found else None
        if found is not None and value is not None:
            sums[_currency(found)] = sums.get(_currency(found), Decimal(0)) + value
    return ", ".join(written(value, currency) for currency, value in sums.items())


def _currency(match: re.Match[str]) -> str:
    return match["before"] or match["after"] or ""


def _read(match: re.Match[str], question: str) -> Amount | None:
    before, behind = question[: match.start()], question[match.end() :]
    is_part = before[-1:].isalnum() or behind[:1].isalnum()
    is_part = is_part or before.endswith(_DASHES) or behind.startswith(_DASHES)
    value = None if is_part else _value(match["number"], _currency(match))
    return Amount(match[0].strip(), _currency(match), value) if value else None


def _value(number: str, currency: str) -> Decimal | None:
    """The number's value; None where a point or a comma may mean two things: '1.299'."""
    digits = re.sub(rf"['’]|{_SPACE}", "", number)
    marks = re.sub("[0-9]", "", digits)
    if not marks:
        return Decimal(digits)
    last = marks[-1]
    whole, decimals = digits.rsplit(last, 1)
    if len(decimals) < 3 and last not in marks[:-1]:
        return Decimal(f"{re.sub('[.,]', '', whole)}.{decimals}")
    groups = "," if _ENGLISH.search(currency) else "."
    is_grouped = len(decimals) == 3 and set(marks) == {last} and not digits.startswith("0")
    return Decimal(digits.replace(last, "")) if is_grouped and last == groups else None
