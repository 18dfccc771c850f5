"""`python resources/translations.py LOCALE…`: the files of these languages, say `de` or `pt_BR`.

For each, i18n/enigma_LOCALE.ts is made, or brought up to date with the texts in the code. Open it
with Qt Linguist; what is translated there stays. compile_resources.py puts it into the program.
"""

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale

_GATHER = [
    *("-locations", "none"),
    *("-disable-heuristic", "sametext"),
    *("-disable-heuristic", "similartext"),
]
HERE = Path(__file__).resolve().parent
I18N = HERE / "i18n"
PRODUCT = HERE.parent / "gui" / "enigma_panel"


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the product. context: the screen; is_plural: it has a form for each number."""

    context: str
    source: str
    is_plural: bool = False


def messages() -> Iterator[Message]:
    """All texts of the product. Raises ValueError, with its place, for one that no tool finds."""
    for path in sorted(PRODUCT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        context = _context(tree)
        if context is not None:
            yield from in_module(tree, context, path)


def _context(tree: ast.Module) -> str | None:
    """Of `tr = Translations("…")`."""
    for statement in tree.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name("tr")],
                value=ast.Call(ast.Name("Translations"), [ast.Constant(str(context))]),
            ):
                return context
    return None


def in_module(tree: ast.Module, context: str, path: Path) -> Iterator[Message]:
    """The texts of one file. Raises ValueError, see `messages`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    has_table = False
    unknown = []
    for call in calls:
        match call.func, call.args:
            case ast.Attribute(ast.Name("tr"), "mark"), [ast.Dict() as table]:
                has_table = True
                yield from _in_table(table, context)
            case ast.Name("tr"), [ast.Constant(str(text)), *_]:
                yield Message(context, text)
            case ast.Attribute(ast.Name("tr"), "plural"), [_, ast.Constant(str(many)), *_]:
                yield Message(context, many, is_plural=True)
            case ((ast.Name("tr") | ast.Attribute(ast.Name("tr"))), _):
                unknown.append(call)
    if unknown and not has_table:  # else it is a text of the table that is said there
        raise ValueError(f"{path.name}:{unknown[0].lineno}: write the text itself into the call")


def _in_table(table: ast.Dict, context: str) -> Iterator[Message]:
    for texts in table.values:
        _, many = ast.literal_eval(texts)
        yield Message(context, many, is_plural=True)


def update(locales: list[str], folder: Path) -> None:
    """Make or update the files of these languages there. Raises CalledProcessError."""
    for locale in locales:
        if QLocale(locale).language() is QLocale.Language.C:
            raise ValueError(f"{locale} is no language: write it as de or pt_BR")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"translate({m.context!r}, {m.source!r}{', None, 1' if m.is_plural else ''})"
        for m in dict.fromkeys(messages())
    ]
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "texts.py")
        source.write_text("\n".join(lines), encoding="utf-8")
        for locale in locales:
            file = folder / f"enigma_{locale}.ts"
            run("lupdate", source, *_GATHER, "-ts", file, "-target-language", locale)


def run(tool: str, *arguments: str | Path) -> None:
    """Run one of Qt's tools. Raises CalledProcessError."""
    name = f"pyside6-{tool}"
    command = shutil.which(name, path=str(Path(sys.executable).parent)) or name
    subprocess.run([command, *map(str, arguments)], check=True)  # noqa: S603 - Qt's own tools


def main() -> None:
    """See the top."""
    parser = argparse.ArgumentParser(prog="python resources/translations.py")
    parser.add_argument("locales", nargs="+", metavar="LOCALE")
    try:
        update(parser.parse_args().locales, I18N)
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
