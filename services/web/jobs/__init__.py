"""Jobs that run on a schedule."""
