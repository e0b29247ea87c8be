"""What people of the co-op do together: announced by anybody, for everybody."""
