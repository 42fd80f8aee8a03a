"""Starts what the suites talk to, and reads what was recorded."""
