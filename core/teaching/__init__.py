"""What the pages teach with: a glossary, and exercises whose checks explain.

glossary   the field's words, one sentence each
exercise   a question, its answer, and what a wrong answer may have been
svd  digits  photos    the exercises of a page, about what it shows
"""
