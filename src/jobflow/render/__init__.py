"""Values to text that a tired person reads at a glance, or to JSON. Nothing here asks or decides anything."""
