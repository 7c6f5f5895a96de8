"""What the Train & models page is made of: one file per section."""
