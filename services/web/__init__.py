"""The edge towards people: pages, sessions and drafts. It has no rules of its own; it asks the services and says their answers plainly."""
