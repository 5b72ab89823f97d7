"""Plugins from outside: found by reference, made with their options, run in a child process of their own.

Their isolation guards the others against faults: hanging, crashing, noise, hunger. It is no guard against malice: a
plugin is a program that the user enabled by name, and it may do whatever the user may.
"""
