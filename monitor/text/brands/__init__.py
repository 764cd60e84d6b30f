"""Which brand a text is about: terms are found by a spaCy pipeline, then judged by the words around them.

The rest of the program asks ``monitor.match.Matcher``.
"""
