"""Look and keep: collect posts about watched brands, read them, store them."""
