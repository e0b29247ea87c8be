"""How the pages speak: catalogues, dates and numbers in words."""
