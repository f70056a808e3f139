"""100,000 doubles, computed and kept on disk."""

from __future__ import annotations

from case import Module
from kept import joblib_memory

IMPLEMENTATIONS: Module = {"joblib-memory": joblib_memory(empties=True)}
