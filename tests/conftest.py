"""Make the repository's own top-level packages (bench, tools) importable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
