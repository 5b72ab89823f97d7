"""What touches the world: the clock, the store, channels, files."""
