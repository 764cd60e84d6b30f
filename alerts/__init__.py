"""Decide and tell: from what was seen to one incident and the people who must know."""
