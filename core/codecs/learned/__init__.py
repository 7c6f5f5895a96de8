"""Learned codecs: real files by models of the store.

`mnist` codes digits, `bls2017` photographs; `photo_models` is the latter with any stored model.
`stored` is what they know of the store. `photo_views` and `digit_tour` look inside them for pages.
"""
