"""What people agreed to: their own page, the secretary's, and asking."""
