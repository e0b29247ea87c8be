"""A person's own data: gathered from every service, shown, and packed into a file."""
