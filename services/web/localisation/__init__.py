"""Text of the pages: message catalogues, dates, numbers, counting rules and refusals in words."""
