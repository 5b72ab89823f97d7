"""Lets the system call `jobflow tick`: by crontab, by a systemd user timer, or by launchd."""
