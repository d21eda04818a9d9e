"""Check the shape of the code: import arrows between rooms, module sizes, function sizes.

Run as `python tools/check_structure.py`; prints one line per fault and exits 1 if there is any.
"""

import ast
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "kelp"

# A room may import itself and the rooms named here; `kelp` itself (version) is free to all.
ARROWS: dict[str, set[str]] = {
    "common": set(),
    "agent": {"common"},
    "store": {"common"},
    "ui": {"common"},
    "demo": {"common"},
    "up": {"common", "demo"},
    "cli": {"common"},
    "__main__": {"cli"},
}
MODULE_LINES_LIMIT = 600
MODULE_LINES_MEDIAN = 200
FUNCTION_LINES_P90 = 40


def room_of(module: str) -> str | None:
    """The room of a dotted module name: `kelp.agent.tail` → `agent`; None outside Kelp."""
    parts = module.split(".")
    if parts[0] != "kelp" or len(parts) < 2:
        return None
    return parts[1]


def imported_modules(tree: ast.AST) -> list[tuple[int, str]]:
    """All (line, dotted module) pairs imported anywhere in a module."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.lineno, node.module))
    return found


def check_arrows(path: Path, tree: ast.AST) -> list[str]:
    own = room_of(".".join(("kelp", *path.relative_to(SOURCE).with_suffix("").parts)))
    if own is None or own == "__init__":
        return []
    if own not in ARROWS:
        return [f"{path.relative_to(ROOT)}: room {own!r} has no row in ARROWS of tools/check_structure.py"]
    faults = []
    for line, module in imported_modules(tree):
        room = room_of(module)
        if room is not None and room != own and room not in ARROWS[own]:
            faults.append(f"{path.relative_to(ROOT)}:{line}: {own} must not import {module}")
    return faults


def function_sizes(tree: ast.AST) -> list[int]:
    """Lines of every function, docstring not counted."""
    sizes = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            sizes.append(lines)
    return sizes


def main() -> int:
    faults: list[str] = []
    modules: list[int] = []
    functions: list[int] = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        tree = ast.parse(text, str(path))
        faults += check_arrows(path, tree)
        if lines > MODULE_LINES_LIMIT:
            faults.append(f"{path.relative_to(ROOT)}: {lines} lines, at most {MODULE_LINES_LIMIT}: split it")
        if path.name != "__init__.py":
            modules.append(lines)
        functions += function_sizes(tree)
    median = statistics.median(modules)
    p90 = statistics.quantiles(functions, n=10)[8]
    if median > MODULE_LINES_MEDIAN:
        faults.append(f"median module has {median} lines, at most {MODULE_LINES_MEDIAN}")
    if p90 > FUNCTION_LINES_P90:
        faults.append(f"90% of functions should have at most {FUNCTION_LINES_P90} lines, got {p90:.0f}")
    for fault in faults:
        print(fault)
    print(
        f"structure: {len(modules)} modules, median {median} lines; functions p90 {p90:.0f} lines; {len(faults)} faults"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
