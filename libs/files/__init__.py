"""Files that people hand in: cleaned of what nobody asked for, sealed with a person's key in chunks, kept in the owner's database."""
