"""One channel per file; none imports another."""
