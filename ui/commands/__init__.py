"""One command per file; ``ui/cli.py`` puts them together."""
