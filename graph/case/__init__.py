"""The built-in case: "United Breaks Guitars", July 2009, rebuilt from published milestones with invented posts.

What is documented stands in ``milestones``; all else, every text, account, repost and headline, is made up here from a
seed. ``guitar`` is the way in.
"""
