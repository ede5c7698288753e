"""What every page is made of: the frame, the components, and how a sentence gets onto a page."""
