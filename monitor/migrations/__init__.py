"""How the tables of all packages came to be, step by step. Applied by ``monitor.db.migrate``."""
