"""What the Photos page is made of: one file per section."""
