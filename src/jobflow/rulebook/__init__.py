"""Workflow and config files: YAML text to checked, compiled values, every fault with its place."""
