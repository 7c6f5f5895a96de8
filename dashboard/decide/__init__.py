"""The Decide page: from a folder of pictures to files that keep a quality.

pictures ──► quality ──► codecs ──► start ──► progress ──► answer ──► export
(uploads, addresses)  (viewer)  (constraints)   a job in the background      another job

given  original against decoded files of any program; blind (voting, scores)  the blind test
"""
