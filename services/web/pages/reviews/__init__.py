"""Pages on which two who try it, or work in a team, count their visits and say how it goes."""
