"""Server-side SVG drawings. Each shows the same values as the table under it and the sentence above it."""
