"""Questions about purchases: the form they get, and the one amount that stands in them, if any."""

from decimal import Decimal

import pytest

from enigma_panel.core.amounts import currency_in, sum_written, total_in, written
from enigma_panel.core.questions import QuestionKind, guess_kind

BUY, YES_NO, TEXT = QuestionKind.PURCHASE, QuestionKind.YES_NO, QuestionKind.FREE_TEXT
CHOICE = QuestionKind.CHOICE

QUESTIONS: list[tuple[str, QuestionKind, str | None, str]] = [
    # the question, its form, the amount that is offered, its value
    ("Do you want me to complete this purchase? The total is $49.99", BUY, "$49.99", "49.99"),
    ("The total is $49.99. Would you like me to place the order?", BUY, "$49.99", "49.99"),
    ("Please confirm the purchase of one hub for $20.", BUY, "$20", "20"),
    ("Shall I buy it for $12.50?", BUY, "$12.50", "12.50"),
    ("Should I pay £15?", BUY, "£15", "15"),
    ("May I check out? It comes to 49,99€", BUY, "49,99€", "49.99"),
    ("May I check out? It comes to €1.299,00.", BUY, "€1.299,00", "1299.00"),
    ("Should I pay 1 299,00 €?", BUY, "1 299,00 €", "1299.00"),
    ("Shall I buy it? Preis: 1.299 €", BUY, "1.299 €", "1299"),
    ("Shall I buy it? The price is $1,299", BUY, "$1,299", "1299"),
    ("Shall I buy it? The price is 1,299.00 USD", BUY, "1,299.00 USD", "1299.00"),
    ("Shall I buy it? The price is CHF 1'250.50", BUY, "CHF 1'250.50", "1250.50"),
    ("Shall I buy it? The price is US$ 20", BUY, "US$ 20", "20"),
    ("Shall I buy it? The price is A$20.00", BUY, "A$20.00", "20.00"),
    ("Shall I buy it? The price is ¥12,000", BUY, "¥12,000", "12000"),
    ("Shall I buy it? The price is EUR49.99", BUY, "EUR49.99", "49.99"),
    ("Shall I buy it? It costs 12 dollars", BUY, "12 dollars", "12"),
    ("Shall I buy it? It costs 1.234.567,89 EUR", BUY, "1.234.567,89 EUR", "1234567.89"),
    ("Shall I buy it? Total $49.99 USD", BUY, "$49.99 USD", "49.99"),
    ("Order 12345 costs $7.50. May I pay?", BUY, "$7.50", "7.50"),
    ("Shall I buy the 2 items for $30.00?", BUY, "$30.00", "30.00"),
    ("Shall I place the order? $49.99 including tax and shipping", BUY, "$49.99", "49.99"),
    ("Shall I place the order? The price is $20.00, total $20.00", BUY, "$20.00", "20.00"),
    ("Shall I pay $49.99, okay?", BUY, "$49.99", "49.99"),
    ("Soll ich das für 20 € kaufen?", BUY, "20 €", "20"),
    ("Dois-je acheter cet article pour 49,90 € ?", BUY, "49,90 €", "49.90"),
    ("Shall I pay $20 to shop.example with the credit card from your account?", BUY, "$20", "20"),
    ("Shall I order it? $49.99, free shipping", BUY, "$49.99", "49.99"),
    # several amounts
    ("USD 5 off, total $49.99. Shall I buy it?", BUY, None, ""),
    ("Total: $49.99 (was $59.99). Shall I buy it?", BUY, None, ""),
    ("Item $40, postage $5. Shall I pay?", BUY, None, ""),
    ("It costs $40-$50. Shall I buy it?", BUY, None, ""),
    ("It costs $40–50. Shall I buy it?", BUY, None, ""),
    ("Item 27,49 and 54,98 € in all. Shall I pay?", BUY, None, ""),
    # none
    ("Do you want me to complete this purchase?", BUY, None, ""),
    ("It costs fifty dollars. Shall I buy it?", BUY, None, ""),
    ("Shall I pay 49.99?", BUY, None, ""),
    ("Shall I pay €٤٩?", BUY, None, ""),
    ("Shall I pay $0?", BUY, None, ""),
    ("Shall I pay $-5?", BUY, None, ""),
    ("Shall I pay −$5?", BUY, None, ""),
    # not what it will cost, or not all of it
    ("Shall I buy it? You save $5", BUY, None, ""),
    ("There is $5 off if you buy now. Shall I?", BUY, None, ""),
    ("Shall I buy it? Your balance is $20.00", BUY, None, ""),
    ("Shall I buy it? It is $10/month", BUY, None, ""),
    ("Shall I subscribe for $10 a month?", BUY, None, ""),
    ("Shall I buy two? They are £1.50 each", BUY, None, ""),
    ("Shall I buy 2 x $10.00?", BUY, None, ""),
    ("Shall I pay $49.99 plus tax?", BUY, None, ""),
    ("Shall I buy it? Prices from $3", BUY, None, ""),
    ("Shall I buy it for about $50?", BUY, None, ""),
    ("Shall I buy it for ~$50?", BUY, None, ""),
    ("Shall I pay $5k?", BUY, None, ""),
    ("Shall I pay $5 million?", BUY, None, ""),
    ("Shall I pay a deposit of $100?", BUY, None, ""),
    # what may be read in two ways
    ("Shall I pay 1,299 €?", BUY, None, ""),
    ("Shall I pay $1.299?", BUY, None, ""),
    ("Shall I pay $1,2345?", BUY, None, ""),
    ("Shall I pay \u202e99.94$\u202c?", BUY, None, ""),
    ("Shall I pay $4\u200b9.99?", BUY, None, ""),
    # no purchase
    ("Shall I go on? It says €12.50.", YES_NO, "€12.50", "12.50"),
    ("Which card should I pay the $20 with?", TEXT, "$20", "20"),
    ("Which should I buy: the red one, or the blue one for $20?", CHOICE, "$20", "20"),
]


@pytest.mark.parametrize(("question", "kind", "text", "value"), QUESTIONS)
def test_form_and_amount(question: str, kind: QuestionKind, text: str | None, value: str) -> None:
    assert guess_kind(question) is kind
    total = total_in(question)
    assert (total and total.text) == text
    assert total is None or total.value == Decimal(value)


@pytest.mark.parametrize(
    ("question", "currency", "amount"),
    [
        ("Item $40, postage $5", "$", "$49.9"),
        ("Item 40 €, postage 5 €", "€", "€49.9"),
        ("USD 40 and USD 5", "USD", "USD 49.9"),
        ("40 dollars and 5 dollars", "dollars", "49.9 dollars"),
        ("Item $40, postage 5 €", "", "49.9"),
        ("How much?", "", "49.9"),
    ],
)
def test_a_number_alone_is_in_the_one_currency_of_the_question(
    question: str, currency: str, amount: str
) -> None:
    assert currency_in(question) == currency
    assert written(Decimal("49.9"), currency) == amount


def test_what_was_allowed_is_summed_by_currency() -> None:
    assert sum_written(["$49.99", "$18.41", "1.299,00 €", "€1", "45"]) == "$68.40, €1300.00, 45"
    assert sum_written([]) == ""
