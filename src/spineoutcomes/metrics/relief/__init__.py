"""Relief: when it began and ended, and the time spent in response."""
