"""The command line: parse, call, print, exit code. Each command's module is imported when the command is called."""
