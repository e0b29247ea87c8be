"""How sessions and drafts are kept."""
