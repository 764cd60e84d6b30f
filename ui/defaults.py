"""Names of files that commands and configuration agree on."""

from pathlib import Path

CONFIGURATION = Path("ripplewatch.toml")
DEMO_DATABASE = Path(".ripplewatch") / "demo.db"
