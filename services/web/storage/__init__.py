"""Storage of sessions, drafts and news."""
