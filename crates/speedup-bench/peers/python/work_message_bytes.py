"""8 jobs of 125,000 doubles to processes and back."""

from __future__ import annotations

from case import Module
from round_trips import pool_map

IMPLEMENTATIONS: Module = {"pool-map": pool_map(8, 125_000)}
