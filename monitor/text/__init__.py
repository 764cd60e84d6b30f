"""Reading posts: language, complaint, severity, reason, and which posts are about the same thing.

spaCy stays inside this package. The rest of the program asks ``monitor.text.reader.TextReader``.
"""
