"""What the Data sets page is made of: one file per section."""
