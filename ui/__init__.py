"""Where people touch it: the command line and the alert board."""
