"""Our own linear codecs: `svd` (with `svd_stream`) and `klt`, on the same axes (`colour`)."""
