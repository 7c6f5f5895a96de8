"""What every page has for those who learn and teach.

head       title, caption, and a quiet row of tools: the page as a notebook, the glossary
exercises  questions about what the page shows, each with a check that explains
"""
