"""1,000 jobs of one double to processes and back."""

from __future__ import annotations

from case import Module
from round_trips import pool_map

IMPLEMENTATIONS: Module = {"pool-map": pool_map(1000, 1)}
