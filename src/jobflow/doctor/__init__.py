"""Looks at all that jobflow stands on, and says of each thing whether it is sound and what mends it."""
