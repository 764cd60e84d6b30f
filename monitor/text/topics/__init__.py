"""What posts are about: copies of one text, issues that gather complaints, questions asked again and again."""
