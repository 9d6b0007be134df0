"""Times to what happens: from which day, to which day, of which unit, and why observation ended."""
