"""100,000 doubles, kept on disk, read again."""

from __future__ import annotations

from case import Module
from kept import joblib_memory

IMPLEMENTATIONS: Module = {"joblib-memory": joblib_memory(empties=False)}
