"""The photo coder of Ballé, Laparra, Simoncelli (2017).

training    start -> task -> run -> publish -> the store
coding      picture -> coder (search) -> context_coder | static_coder -> string
questions   lab
"""
