"""Codecs: a picture ─► `encode` ─► a real file ─► `decode` ─► a picture.

`base` says what a codec is. `classical` holds the formats of the world, `lowrank` our own linear
ones, `learned` those by trained models. `command_codec` makes one of two command lines, which
`commands` runs; `external` finds those that others have installed. `registry` lists all codecs, by
name; `tuning` says which variant serves a measure; `sniff` says which codec reads a file.
"""
