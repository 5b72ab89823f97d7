"""jobflow: after the interview, the right thing on the right day."""
