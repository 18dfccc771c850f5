"""Breaks of what the forms of questions are promised."""

from tests.mutations.runner import Break

AMOUNTS = "tests/core/test_amounts.py"
FORMS = "tests/ui/questions/test_forms.py"
ANSWERS = "tests/services/questions/test_answers.py"
NO_BLANK_CHEQUE = "A purchase is approved up to its total, or an amount that was typed"

QUESTIONS = (
    Break(
        promise="An option that the question names stays in the result",
        mistake="it is replaced where it looks like a code",
        file="ui/questions/forms/choice.py",
        old="return [] if is_option else super().secrets()",
        new="return super().secrets()",
        tests=(f"{FORMS}::test_an_option_that_looks_like_a_code_stays_in_the_result",),
    ),
    Break(
        promise="An option that the question names stays in the result",
        mistake="also where it answers a question for a secret",
        file="ui/questions/forms/choice.py",
        old="asking.question.kind is QuestionKind.CHOICE",
        new="True",
        tests=(f"{FORMS}::test_an_option_that_looks_like_a_code_stays_in_the_result",),
    ),
    Break(
        promise="Open live page opens a page and nothing else",
        mistake="whatever the link names",
        file="ui/text/live_page.py",
        old='url.scheme() in {"http", "https"} and QDesktop',
        new="QDesktop",
        tests=(f"{FORMS}::test_a_link_that_is_no_page_opens_nothing_and_that_is_said",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="of several amounts the first is taken",
        file="core/amounts.py",
        old="return read[0] if said_once else None",
        new="return read[0] if read else None",
        tests=(f"{AMOUNTS}::test_form_and_amount",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="a part of the price is taken for all of it",
        file="core/amounts.py",
        old='    if _DOUBTS.search(_ALL_IN.sub("", question)):\n        return None\n',
        new="",
        tests=(f"{AMOUNTS}::test_form_and_amount",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="marks that turn the amount round are passed over",
        file="core/amounts.py",
        old="if len(question) > _MOST_CHARS or has_hidden_marks(question):",
        new="if len(question) > _MOST_CHARS:",
        tests=(f"{AMOUNTS}::test_form_and_amount",),
    ),
    Break(
        promise=NO_BLANK_CHEQUE,
        mistake="it is approved as soon as the question comes",
        file="ui/questions/forms/choices.py",
        old="        self._rows.addWidget(problem)\n",
        new="        self.choices[0].button.setChecked(True)\n",
        tests=(f"{FORMS}::test_a_purchase_is_approved_up_to_its_total",),
    ),
    Break(
        promise="Approved today: what was allowed, over a restart, and nothing else",
        mistake="what was refused counts, too",
        file="store/ledger/ledger.py",
        old='used <> \'\'"\n            " AND outcome IS NOT ? ORDER BY key"',
        new="used <> ''\"\n            \" AND 'x' IS NOT ? ORDER BY key\"",
        tests=(f"{ANSWERS}::test_what_did_not_arrive_was_not_allowed",),
    ),
    Break(
        promise="Approved today: what was allowed, over a restart, and nothing else",
        mistake="an amount that was typed before it was declined",
        file="ui/questions/forms/purchase.py",
        old="if chosen is None or chosen.button is self.decline:",
        new="if chosen is None:",
        tests=(f"{FORMS}::test_what_was_allowed_today_stands_beside_a_purchase",),
    ),
    Break(
        promise="A code is taken out of the message that brought it",
        mistake="the message is sent",
        file="core/one_time_codes.py",
        old="return codes[0] if len(codes) == 1 else message.strip()",
        new="return message.strip()",
        tests=(f"{FORMS}::test_a_code_is_taken_out_of_the_message_that_brought_it",),
    ),
    Break(
        promise="A question of several lines has the room it needs, whichever stood there before",
        mistake="the window keeps the height of the one before",
        file="ui/questions/card.py",
        old="            outer.updateGeometry()\n",
        new="            del outer\n",
        tests=(f"{FORMS}::test_no_room_is_left_empty",),
    ),
)
