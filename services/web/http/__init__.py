"""HTTP concerns: cookies, sessions, forms, uploads, access tokens, rate limits and security headers."""
