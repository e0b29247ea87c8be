"""Pages on which two visits keep a distance."""
