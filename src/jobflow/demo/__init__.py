"""The demo: six weeks of a job search in virtual time, by the real engine over a real database."""
