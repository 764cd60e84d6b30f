"""HTML and SVG of the board. Everything that strangers wrote goes through ``safe`` before it becomes part of a page."""
