"""Mutation operators. Each changes one node of a module's syntax tree."""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}


def _swap_comparison(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        changed = copy.deepcopy(node)
        changed.ops[0] = _COMPARISONS[type(node.ops[0])]()
        return changed
    return None


def _swap_boolean(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return ast.BoolOp(other, node.values)
    return None


def _drop_not(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return None


def _swap_arithmetic(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    return None


def _change_number(node: ast.AST) -> ast.AST | None:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ast.Constant(value + 1 if value < 10 else value * 2)
    return None


def _condition_true(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.If):
        return ast.If(ast.Constant(value=True), node.body, node.orelse)
    return None


def _condition_false(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.If):
        return ast.If(ast.Constant(value=False), node.body, node.orelse)
    return None


def _drop_statement(node: ast.AST) -> ast.AST | None:
    is_call = isinstance(node, ast.Expr) and isinstance(
        node.value, ast.Call | ast.Yield | ast.YieldFrom
    )
    if is_call or isinstance(node, ast.Raise | ast.Continue | ast.AugAssign):
        return ast.Pass()
    return None


def _return_nothing(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Return) and node.value is not None:
        if isinstance(node.value, ast.Constant) and node.value.value is None:
            return None
        return ast.Return(ast.Constant(value=None))
    return None


OPERATORS: Final[dict[str, Callable[[ast.AST], ast.AST | None]]] = {
    "swap-comparison": _swap_comparison,
    "swap-boolean": _swap_boolean,
    "drop-not": _drop_not,
    "swap-arithmetic": _swap_arithmetic,
    "change-number": _change_number,
    "condition-true": _condition_true,
    "condition-false": _condition_false,
    "drop-statement": _drop_statement,
    "return-nothing": _return_nothing,
}


_METADATA: Final = frozenset({"must", "should", "may", "dataclass", "TypeVar"})
"""Calls whose arguments do not affect verdicts."""


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    ``before`` and ``after`` are the first lines of the source. ``ordinal`` counts
    the earlier mutants of the module that are equal in these, so that a mutant is found
    again after unrelated lines have changed.
    """

    path: str
    operator: str
    before: str
    after: str
    ordinal: int


def _skipped(tree: ast.AST) -> set[int]:
    """Return the ``id()`` of each node that is not mutated.

    These are annotations and the arguments of calls in ``_METADATA``, for example the
    texts of requirements. Tests do not depend on them.
    """
    found = set[int]()

    def skip(node: ast.AST | None) -> None:
        if node is not None:
            found.update(id(each) for each in ast.walk(node))

    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg):
            skip(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            skip(node.returns)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _METADATA
        ):
            skip(node)
    return found


def _changes(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST, str, str, str]]:
    """Yield each node with its replacement, the operator and both sources."""
    skipped = _skipped(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        for name, operator in OPERATORS.items():
            changed = operator(node)
            if changed is None:
                continue
            before, after = (
                ast.unparse(ast.fix_missing_locations(each)).partition("\n")[0]
                for each in (node, changed)
            )
            if before != after:
                yield node, changed, name, before, after


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its syntax tree."""
    seen = Counter[tuple[str, str, str]]()
    for _, _, *key in _changes(ast.parse(source)):
        name, before, after = key
        yield Mutant(path, name, before, after, seen[name, before, after])
        seen[name, before, after] += 1


def mutated(source: str, mutant: Mutant) -> tuple[str, int]:
    """Return the source of a module with one node replaced, and the node's line.

    Raises ``LookupError`` if the source no longer has the node.
    """
    tree = ast.parse(source)
    expected = [mutant.operator, mutant.before, mutant.after]
    matches = [(node, new) for node, new, *key in _changes(tree) if key == expected]
    if len(matches) <= mutant.ordinal:
        raise LookupError(f"{mutant.path} has changed: {mutant.before}")
    target, changed = matches[mutant.ordinal]

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return changed if node is target else self.generic_visit(node)

    line = getattr(target, "lineno", 0)
    return ast.unparse(ast.fix_missing_locations(Replace().visit(tree))), line
