"""Sites that behave like the real ones, served on the loopback interface to whatever crawls them."""
