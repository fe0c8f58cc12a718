"""What a KPI's code is: equal hashes score alike."""

import ast
import inspect
import sys
from collections.abc import Iterator
from hashlib import sha256
from types import ModuleType

from evals.kpis.base import Kpi

_PACKAGE = "evals.kpis."
# The base decides who is asked, not what they say; a change of it is a change of all.
_SHARED = ("evals.kpis.inputs", "evals.kpis.base")


def hash_code(kpi: type[Kpi]) -> str:
    """The sha256 of the code a KPI runs, without comments, docstrings and layout.

    That is its class, what its module has beside other KPIs, and the modules of this
    package they import. Versions of Python may differ in it.
    """
    digest = sha256()
    for module in _modules(sys.modules[kpi.__module__]):
        tree = ast.parse(inspect.getsource(module))
        tree.body = [node for node in tree.body if not _is_other_kpi(node, module, kpi)]
        digest.update(ast.unparse(_Bare().visit(tree)).encode())
    return digest.hexdigest()


def _modules(start: ModuleType) -> Iterator[ModuleType]:
    """A module and the modules of this package it imports, in order of their names."""
    names, found = {start.__name__, *_SHARED}, set[str]()
    while names - found:
        name = min(names - found)
        found.add(name)
        tree = ast.parse(inspect.getsource(sys.modules[name]))
        imported = [
            node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        ]
        names.update(one for one in imported if one.startswith(_PACKAGE))
    return (sys.modules[name] for name in sorted(found))


def _is_other_kpi(node: ast.stmt, module: ModuleType, kpi: type[Kpi]) -> bool:
    if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "KPIS":
        return True
    if not isinstance(node, ast.ClassDef):
        return False
    made = getattr(module, node.name)
    return issubclass(made, Kpi) and made not in kpi.__mro__


class _Bare(ast.NodeTransformer):
    """Takes docstrings out."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | ast.Pass:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return ast.Pass()
        return node
