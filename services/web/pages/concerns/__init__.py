"""Pages on which two of a team say that something is wrong between them, and what becomes of it."""
