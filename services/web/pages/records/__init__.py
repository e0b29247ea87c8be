"""Pages of people's records: their own, who may see what of it, and what others share with them."""
