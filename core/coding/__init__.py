"""From whole numbers to bytes and back: the range coder, models of coefficients, and the `.rdx` container."""
