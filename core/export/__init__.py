"""All pictures of a set as files of a codec, with a manifest: by the command line, or for a page.

    order  ──►  run  ──►  files, manifest.json, manifest.csv  ──►  bundle (zip)
    what is    searches, and raises the one setting until          markup (<picture>)
    wanted     the promised share of the files has the quality

files      makes and records them: a worker encodes and measures each (task)
metadata   what becomes of EXIF, orientation and colour profiles; embed, boxes: EXIF in finished
           files; names: what the files are called; stored: exports as background jobs
"""
