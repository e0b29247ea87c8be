"""Drawings the server makes: SVG with the same facts as the table under it and the sentence above it."""
