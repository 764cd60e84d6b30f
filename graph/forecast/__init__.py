"""How far a young cascade will go; one model per file."""
