"""Coverage of the intervals, by simulation with a known truth."""
