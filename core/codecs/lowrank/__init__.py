"""Our own linear codecs on the same colour axes (`colour`): `svd`, with `svd_stream`, and `klt`."""
