"""Breaks of what the viewer of results is promised."""

from tests.mutations.runner import Break

READING = "tests/ui/result/test_reading.py"
SAVER = "tests/features/results/test_saver.py"
LOADS_NOTHING = "Markdown loads nothing"
LINKS = "A link is opened when its host was shown and confirmed, and only one of the web"

RESULTS = (
    Break(
        promise=LOADS_NOTHING,
        mistake="images stay in it, and Qt reads those that lie on this computer",
        file="ui/result/reading.py",
        old="            _replace_images(document)\n",
        new="",
        tests=(f"{READING}::test_no_picture_is_loaded_wherever_it_lies",),
    ),
    Break(
        promise=LOADS_NOTHING,
        mistake="its HTML is laid out",
        file="ui/result/reading.py",
        old="    | QTextDocument.MarkdownFeature.MarkdownNoHTML\n",
        new="",
        tests=(f"{READING}::test_html_is_shown_as_text",),
    ),
    Break(
        promise=LINKS,
        mistake="it is opened at once",
        file="ui/result/reading.py",
        old="        self.show()\n        self.keep_closed.setFocus",
        new="        self._open()\n        self.keep_closed.setFocus",
        tests=(f"{READING}::test_a_link_is_opened_after_its_host_was_shown",),
    ),
    Break(
        promise=LINKS,
        mistake="any other is offered, too",
        file="ui/result/reading.py",
        old='link.scheme() in {"http", "https"} and bool(host)',
        new="True",
        tests=(f"{READING}::test_what_leads_elsewhere_cannot_be_opened",),
    ),
    Break(
        promise="Save as… leaves a whole file or none",
        mistake="it is written under its name",
        file="store/new_file.py",
        old="    new = NewFile(path.parent, path.name)\n",
        new="    new = NewFile(path.parent, path.name)\n    path.write_bytes(data)\n",
        tests=(f"{SAVER}::test_what_fails_is_said_and_leaves_nothing",),
    ),
)
