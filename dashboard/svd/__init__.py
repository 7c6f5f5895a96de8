"""What the SVD page is made of."""
