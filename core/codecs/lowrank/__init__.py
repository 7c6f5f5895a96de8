"""Our own linear codecs: `svd` and `klt` on the same colour axes (`colour`)."""
