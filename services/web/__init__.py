"""The web interface: pages, sessions and drafts. It has no rules of its own; it calls the services and puts their responses into words."""
