"""Letters to the people decided about: from a determination's document to page and PDF, in English
and other languages.
"""
