"""What every page is drawn with: theme, clicks on charts, thumbnails, and the viewer."""
