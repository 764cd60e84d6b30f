"""Pictures of the board: SVG text and altair charts, made from plain values."""
