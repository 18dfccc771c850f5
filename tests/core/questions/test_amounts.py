"""Questions about purchases: the form they get, and the total that they name, if any."""

from decimal import Decimal

import pytest

from enigma_panel.core.questions.amounts import (
    amount_in,
    currency_in,
    sum_written,
    total_in,
    written,
)
from enigma_panel.core.questions.kinds import QuestionKind, guess_kind
from tests.kit.existing import existing

BUY, YES_NO, TEXT = QuestionKind.PURCHASE, QuestionKind.YES_NO, QuestionKind.FREE_TEXT
CHOICE = QuestionKind.CHOICE

KINDS = (
    (BUY, "Do you want me to complete this purchase? The total is $49.99"),
    (BUY, "The total is $49.99. Would you like me to place the order?"),
    (BUY, "Please confirm the purchase of one hub for $20."),
    (BUY, "May I check out? It comes to 49,99€"),
    (BUY, "Soll ich das für 20 € kaufen?"),
    (BUY, "Dois-je acheter cet article pour 49,90 € ?"),
    (BUY, "Shall I subscribe for $10 a month?"),
    (YES_NO, "Shall I go on? It says €12.50."),
    (TEXT, "Which card should I pay the $20 with?"),
    (CHOICE, "Which should I buy: the red one, or the blue one for $20?"),
)

TOTALS = (
    # the question, the amount of the ready button, its value
    ("Do you want me to complete this purchase? The total is $49.99", "$49.99", "49.99"),
    ("The total is $49.99.", "$49.99", "49.99"),
    ("THE TOTAL IS $49.99!", "$49.99", "49.99"),
    ("The total is $49.99. Would you like me to place the order?", "$49.99", "49.99"),
    ("The total is $49.99, shall I place the order?", "$49.99", "49.99"),
    ("The total is $49.99 – is that okay?", "$49.99", "49.99"),
    ("The order is ready, and the total is $49.99. May I check out?", "$49.99", "49.99"),
    ("I've added everything to the cart.\nTotal: $49.99\nShould I proceed?", "$49.99", "49.99"),
    ("Please confirm: the total is $49.99.", "$49.99", "49.99"),
    ("Please confirm that I should complete the order (total: $49.99).", "$49.99", "49.99"),
    ("Order total: €12.00", "€12.00", "12.00"),
    ("Your order total is £15. Shall I go ahead and pay?", "£15", "15"),
    ("The final total comes to $20.00.", "$20.00", "20.00"),
    ("Grand total: $7.50. Do you approve?", "$7.50", "7.50"),
    ("The total price is $1,299. Do you want me to buy it?", "$1,299", "1299"),
    ("The total cost will be $49.99. Proceed?", "$49.99", "49.99"),
    ("The total amount for this order is $49.99.", "$49.99", "49.99"),
    ("Total $49.99 USD. Shall I buy it?", "$49.99 USD", "49.99"),
    ("May I check out? It comes to 49,99€", "49,99€", "49.99"),
    ("Your order comes to $12.50. Should I place it?", "$12.50", "12.50"),
    ("Shall I pay a total of $30.00?", "$30.00", "30.00"),
    ("Can I place this order for a total of $30.00?", "$30.00", "30.00"),
    ("Shall I pay $49.99 in total?", "$49.99", "49.99"),
    ("Shall I place the order? The total is $49.99 including tax and shipping.", "$49.99", "49.99"),
    ("The total is $49.99 (including all taxes, shipping and fees).", "$49.99", "49.99"),
    ("The total is $49.99, tax and shipping included. Proceed?", "$49.99", "49.99"),
    ("Total (incl. VAT): 49,99 €. OK?", "49,99 €", "49.99"),
    ("Total including delivery: €5. Shall I order it?", "€5", "5"),
    ("The total is $49.99 with free shipping.", "$49.99", "49.99"),
    # currencies and groups
    ("The total is €1.299,00.", "€1.299,00", "1299.00"),
    ("The total is 1 299,00 €.", "1 299,00 €", "1299.00"),
    ("The total is 1.299 €", "1.299 €", "1299"),
    ("The total is 1,299.00 USD", "1,299.00 USD", "1299.00"),
    ("The total is CHF 1'250.50", "CHF 1'250.50", "1250.50"),
    ("The total is US$ 20", "US$ 20", "20"),
    ("The total is A$20.00", "A$20.00", "20.00"),
    ("The total is ¥12,000", "¥12,000", "12000"),
    ("The total is EUR49.99", "EUR49.99", "49.99"),
    ("The total is 12 dollars", "12 dollars", "12"),
    ("The total is 1.234.567,89 EUR", "1.234.567,89 EUR", "1234567.89"),
)

NO_TOTALS = (
    # again and again
    *("The total is $49.99 a month.", "The total is $49.99/month.", "The total is $49.99 monthly."),
    *("The total is $49.99 per year. Buy?", "The total is $10 every week.", "Total: $9 p.m."),
    "The total is $9.99. It renews each month.",
    "Your subscription starts now. The total is $9.99.",
    "Shall I buy the annual plan? The total is $99.",
    # a part
    *("12 installments of $49.99. Shall I buy it?", "The total is 12 x $49.99. Buy?"),
    *("Subtotal: $49.99. Shall I buy it?", "The sub-total is $49.99.", "The item total is $49.99."),
    *("The cart total is $49.99.", "The total so far is $49.99.", "Total due today: $49.99"),
    "Unit price $49.99, quantity 4. Shall I buy them?",
    *("The total is $49.99 each.", "The total is $49.99 per person.", "The total is $99 a night."),
    *("The total per night is $99.", "The total for one is $99.", "Total for 2 nights: $99"),
    *("The total is $49.99 plus shipping.", "The total is $49.99 before tax."),
    *("The total is $49.99 excluding VAT.", "The total is $49.99. Shipping is extra."),
    *("The total is $49.99 + tax", "The total, without shipping, is $49.99", "The total is $5k"),
    *("The total is a deposit of $49.99", "The total tax is $5.", "The total saved is $5."),
    *("The total is $49.99 for an item.", "The total is $49.99 for now, the rest later."),
    # not exactly so much
    *("The total is up to $49.99.", "The total is about $49.99.", "The total is ~$49.99."),
    *("The total is $49.99*", "The total is $40-$50.", "The total is $40–50.", "Total: from $3"),
    *("The total should be $49.99.", "The total was $49.99.", "The total is not $49.99."),
    *("The estimated total is $49.99.", "The total is $49.99 or more.", "The total is $5 million."),
    *("The total is $-5", "The total is −$5", "The total is $0", "The total is −5 €"),
    # several amounts, or one without a currency
    *(
        "The total is $49.99 (was $59.99).",
        "Item $40, postage $5, total $45.",
        "$5 off, total $45.",
    ),
    *("The total is $49.99 or 45 €.", "The total is 49.99.", "The total is 499 kr."),
    "The price is 27,49, the total is 54,98 €",
    # nobody says that it is the total
    *("Shall I buy it for $12.50?", "Should I pay £15?", "The price is $1,299. Shall I buy it?"),
    *("Shall I buy it? You save $5", "Shall I buy it? Your balance is $20.00", "Totally $5?"),
    "Please confirm the purchase of one hub for $20.",
    *("Do you want me to complete this purchase?", "The total is fifty dollars."),
    # what the words of another language say of it nobody here knows
    *(
        "Soll ich das Abo kaufen? Total: 49 €",
        "Das kostet 49 € pro Monat.",
        "Total: 49 € pro Monat",
    ),
    *("Total : 49 € par mois", "Voulez-vous vous abonner ? Total : 49 €", "Total: 49 € al mes"),
    *("¿Lo compro? El total es 49 €", "Il totale è 49 €", "Gesamtbetrag: 49,99 €", "合計 ¥1,200"),
    *("Подписка. Total: 49 €", "合計. The total is $5."),
    # what may be read in two ways
    *("The total is 1.234.56 €", "The total is 1,299 €", "The total is $1.299"),
    *("The total is $1,2345", "The total is €٤٩"),
    *("The total is \u202e99.94$\u202c", "The total is $4\u200b9.99", "The total is ¤$5"),
)


@pytest.mark.parametrize(("kind", "question"), KINDS)
def test_the_form_of_a_question(kind: QuestionKind, question: str) -> None:
    assert guess_kind(question) is kind


@pytest.mark.parametrize(("question", "text", "value"), TOTALS)
def test_a_total_is_read(question: str, text: str, value: str) -> None:
    total = existing(total_in(question))
    assert (total.text, total.value) == (text, Decimal(value))


@pytest.mark.parametrize("question", NO_TOTALS)
def test_what_is_no_total_or_not_for_certain_is_none(question: str) -> None:
    assert total_in(question) is None


def test_an_amount_alone_is_read() -> None:
    amount = existing(amount_in("1.299,00 €"))
    assert (amount.currency, amount.value) == ("€", Decimal("1299.00"))
    assert [amount_in(text) for text in ("49.99", "about $5", "$0", "$1.299", "")] == [None] * 5


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
