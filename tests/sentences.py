"""The sentences that the code composes, found in its source: every way in which an expression can turn out."""

import ast
import functools
import itertools
from pathlib import Path

import rfopt

ROOT = Path(rfopt.__file__).parent
BLANK = "0"
"""What stands for a value that only a run knows."""
MOST_WAYS = 64
VALUES = ("printable", "value_text", "number_text", "str", "sorted")
"""Functions whose answers are values, not words."""
MESSAGE_OF = {"InputError": 0, "not_permitted": 2}
"""Calls that take a sentence, and at which place."""
NOTES = ("notes", "remarks", "warnings")
RETURNING = (
    "_why",
    "_without_relations",
    "_unseen_harm",
    "_without_side_lobes",
    "_without_traffic",
    "sentence",
    "refused",
    "complaint_rows",
)
"""Functions that return sentences."""


class Source:
    """One module: its functions and what its names are bound to."""

    def __init__(self, path):
        self.path, self.tree = path, ast.parse(path.read_text(encoding="utf-8"))
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        self.constants = _bound(self.tree.body)
        self.scopes = {id(node): scope for scope in self.functions for node in ast.walk(scope)}


def _bound(body):
    """Name to the expressions it is bound to, among some statements."""
    found = {}
    for node in itertools.chain.from_iterable(ast.walk(statement) for statement in body):
        for name, value in _pairs(node):
            found.setdefault(name, []).append(value)
    return found


def _pairs(node):
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from (
                    (t.id, v) for t, v in zip(target.elts, node.value.elts, strict=False) if isinstance(t, ast.Name)
                )
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, ast.BinOp(ast.Name(node.target.id), ast.Add(), node.value)
    elif isinstance(node, ast.NamedExpr | ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value


@functools.cache
def sources():
    return [Source(path) for path in sorted(ROOT.rglob("*.py"))]


@functools.cache
def calls():
    """Function name to the calls of it, with the module where each stands."""
    found = {}
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", None)
                found.setdefault(name, []).append((source, node))
    return found


def ways(node, source, depth=6):
    """The texts an expression can become, `BLANK` where only a run knows; None among them where it may be anything."""
    if depth == 0 or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in VALUES):
        return [None]
    return list(dict.fromkeys(itertools.islice(_ways(node, source, depth - 1), MOST_WAYS)))


def _ways(node, source, depth):
    if isinstance(node, ast.Constant):
        yield str(node.value) if node.value is not None else None
    elif isinstance(node, ast.JoinedStr):
        yield from _joined([_part(part, source, depth) for part in node.values])
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _joined([ways(side, source, depth) for side in (node.left, node.right)])
    elif isinstance(node, ast.IfExp):
        yield from (text for side in (node.body, node.orelse) for text in ways(side, source, depth))
    elif isinstance(node, ast.BoolOp):
        yield from (text for side in node.values for text in ways(side, source, depth))
    elif isinstance(node, ast.Name):
        yield from _named(node, source, depth)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _returned(node, depth)
    else:
        yield None


def _joined(parts):
    for combination in itertools.product(*parts):
        yield (
            None
            if all(text is None for text in combination)
            else "".join(BLANK if text is None else text for text in combination)
        )


def _part(part, source, depth):
    if isinstance(part, ast.Constant):
        return [part.value]
    return [BLANK if text is None else text for text in ways(part.value, source, depth)]


def _named(node, source, depth):
    scope = source.scopes.get(id(node))
    bound = _bound(scope.body).get(node.id, []) if scope else []
    names = [argument.arg for argument in scope.args.posonlyargs + scope.args.args] if scope else []
    if node.id in names:
        yield from _given(scope, names, node.id, depth)
    elif not bound:
        bound = source.constants.get(node.id, []) or _imported(node.id, source)
    for value in bound:
        yield from ways(*(value if isinstance(value, tuple) else (source, value))[::-1], depth)
    if not bound and node.id not in names:
        yield None


def _imported(name, source):
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names) and node.module:
            for other in sources():
                if ".".join(("rfopt", *other.path.relative_to(ROOT).with_suffix("").parts)) == node.module:
                    return [(other, value) for value in other.constants.get(name, [])]
    return []


def _given(scope, names, name, depth):
    """What the callers of a function give for one of its arguments."""
    place = names.index(name) - (names[0] in ("self", "cls"))
    found = False
    for source, call in calls().get(scope.name, []):
        given = [keyword.value for keyword in call.keywords if keyword.arg == name] or call.args[place : place + 1]
        for value in given:
            found = True
            yield from ways(value, source, depth)
    if not found:
        yield None


def _returned(call, depth):
    found = False
    for source in sources():
        for function in source.functions:
            if function.name == call.func.id:
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        found = True
                        yield from ways(node.value, source, depth)
    if not found:
        yield None


def composed():
    """Every sentence of the code that may be read in Chinese, with the file that composes it."""
    for source in sources():
        for node in itertools.chain.from_iterable(map(_said, ast.walk(source.tree))):
            for text in ways(node, source):
                if text is not None:
                    yield source.path.relative_to(ROOT).as_posix(), " ".join(text.split())


def _said(node):
    """The messages and notes of one statement."""
    if isinstance(node, ast.Call) and node.args:
        if isinstance(node.func, ast.Name) and node.func.id in MESSAGE_OF:
            yield node.args[MESSAGE_OF[node.func.id]]
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("add", "tell", "append"):
            yield from node.args[:1] if _name(node.func.value) in NOTES else ()
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.keyword):
        targets = getattr(node, "targets", [getattr(node, "target", ast.Name(getattr(node, "arg", None) or ""))])
        yield from _items(node.value) if any(_name(target) in NOTES for target in targets) else ()
    elif isinstance(node, ast.FunctionDef) and node.name in RETURNING:
        returned = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return) and inner.value]
        yield from itertools.chain.from_iterable(_items(value) or [value] for value in returned)
    elif isinstance(node, ast.Dict):
        yield from (
            v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant) and k.value == "why"
        )


def _name(node):
    return getattr(node, "attr", getattr(node, "id", "")).lstrip("_")


def _items(node):
    """The sentences of an expression that makes a list of them."""
    if isinstance(node, ast.List | ast.Tuple):
        inner = [item.value if isinstance(item, ast.Starred) else item for item in node.elts]
        return list(itertools.chain.from_iterable(_items(item) or [item] for item in inner))
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        return [node.elt]
    if isinstance(node, ast.BinOp):
        return _items(node.left) + _items(node.right)
    return _items(node.body) + _items(node.orelse) if isinstance(node, ast.IfExp) else []
