"""Mutants of one source file: the same program with one small mistake, by the usual operators."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

OTHER_COMPARISON: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
OF_NO_EFFECT = {"annotation", "returns", "decorator_list"}
MOST = 10
"""The largest number that is changed by one: of a thousand that is no mistake."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake. before, after: the line in which it begins; text: the whole source with it."""

    line: int
    kind: str
    before: str
    after: str
    text: str


def mutants_of(text: str) -> list[Mutant]:
    """All mutants of a module, in the order of their places."""
    source = _Source(text)
    found = [one for node in _nodes(ast.parse(text)) for one in source.mutants(node)]
    return sorted(found, key=lambda one: (one.line, one.kind, one.after))


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but what is logged, annotations and the options of classes."""
    yield tree
    for name, value in ast.iter_fields(tree):
        if name in OF_NO_EFFECT or (name == "keywords" and isinstance(tree, ast.ClassDef)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_logged(child):
                yield from _nodes(child)


def _is_logged(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("log.")


class _Source:
    """A module's text, whose nodes are found by bytes, as `ast` counts."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        lines = self._bytes.splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]

    def mutants(self, node: ast.AST) -> Iterator[Mutant]:
        """Yield the mutants whose mistake is at this node."""
        match node:
            case ast.Compare(left=left, ops=[*ops], comparators=[*right]):
                for before, op, after in zip([left, *right], ops, right, strict=False):
                    old, new = OTHER_COMPARISON[type(op)]
                    yield self._between(before, after, old, new, "comparison")
            case ast.BoolOp(op=op, values=[first, second, *_]):
                old, new = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                yield self._between(first, second, old, new, "and/or")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                start, end = self._start(node), self._start(operand)
                kept = self._bytes[start:end].replace(b"not", b"", 1)
                yield self._mutant(start, end, kept.lstrip(), "not dropped")
            case ast.Constant(value=bool(value)):
                yield self._instead(node, str(not value), "constant")
            case ast.Constant(value=int(value)) if abs(value) <= MOST:
                for other in (value - 1, value + 1):
                    yield self._instead(node, str(other), "constant")
            case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
                yield self._instead(node, "return None", "returns None")
            case _ if _can_be_left_out(node):
                yield self._instead(node, "pass", "statement deleted")

    def _start(self, node: ast.AST) -> int:
        return self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def _instead(self, node: ast.AST, new: str, kind: str) -> Mutant:
        return self._mutant(self._start(node), self._end(node), new.encode(), kind)

    def _between(self, before: ast.AST, after: ast.AST, old: str, new: str, kind: str) -> Mutant:
        """Replace the operator between two operands, which may stand in brackets."""
        start, end = self._end(before), self._start(after)
        kept = self._bytes[start:end].replace(old.encode(), new.encode(), 1)
        return self._mutant(start, end, kept, kind)

    def _mutant(self, start: int, end: int, new: bytes, kind: str) -> Mutant:
        mutated = self._bytes[:start] + new + self._bytes[end:]
        begin = self._bytes.rfind(b"\n", 0, start) + 1
        return Mutant(
            line=self._bytes.count(b"\n", 0, start) + 1,
            kind=kind,
            before=self._bytes[begin:].partition(b"\n")[0].decode().strip(),
            after=mutated[begin:].partition(b"\n")[0].decode().strip(),
            text=mutated.decode(),
        )


def _can_be_left_out(node: ast.AST) -> bool:
    """Whether it is a statement whose absence leaves no name undefined."""
    match node:
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant | ast.Yield)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
        case ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            return True
        case _:
            return False
