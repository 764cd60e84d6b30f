"""One file per site; none imports another."""
