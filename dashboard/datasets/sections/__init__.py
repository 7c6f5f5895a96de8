"""What Explore shows of the chosen runs, one section a file: curves (with published ones), BD-rates
(with single pictures), speed, the table, and what to take away (with the HTML report).
"""
