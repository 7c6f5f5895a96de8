"""What every page is drawn with: theme, charts, clicks on them, thumbnails, and the viewer."""
