"""Figures, each by a command of its own; `python -m benchmarks` runs them all."""

SKIPPED = 77
"""What a benchmark exits with when something it needs is not to be had on this machine."""
