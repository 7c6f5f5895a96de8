"""What the Digits page is made of: one file per section."""
