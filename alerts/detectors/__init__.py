"""One detector per file: pure functions from a window to findings."""
