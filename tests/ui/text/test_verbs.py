"""The words of the commands."""

from enigma_panel.core.verbs import ANSWERS, COMMANDS, AnswerVerb, CommandVerb
from enigma_panel.ui.text.verbs import GLYPHS, verb_text


def test_each_command_stands_in_each_table() -> None:
    verbs = set(CommandVerb)
    assert set(COMMANDS) == set(GLYPHS) == verbs
    assert sorted(CommandVerb, key=lambda verb: not COMMANDS[verb].under_undo) == list(CommandVerb)
    assert set(ANSWERS) == set(AnswerVerb)
    texts = [verb_text(verb) for verb in CommandVerb]
    for field in ("label", "going", "tip", "keys"):
        assert len({getattr(text, field) for text in texts}) == len(verbs), field


def test_what_a_command_changes_it_is_taken_for() -> None:
    for verb, rules in COMMANDS.items():
        assert set(rules.leads_to) <= rules.takes, verb
        back = COMMANDS[rules.reverses] if rules.reverses is not None else None
        assert back is None or back.reverses is verb


def test_each_fact_of_a_delivery_is_of_one_command() -> None:
    rules = [*COMMANDS.values(), *ANSWERS.values()]
    assert len({rule.sent for rule in rules}) == len(rules)
