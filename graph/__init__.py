"""Understand the spread: who passed a post on through whom, how far it went, how far it will go."""
