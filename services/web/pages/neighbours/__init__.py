"""What people look for and what they offer, as forms that read back in words."""
