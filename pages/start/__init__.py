"""Pages of this section of the menu."""
