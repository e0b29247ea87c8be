"""What the clock asks of web."""
