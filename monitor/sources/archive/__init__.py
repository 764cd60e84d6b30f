"""Recorded posts and reposts: archive records v1 and cascade records, JSON Lines, plain or gzip."""

from monitor.sources.archive.reading import Recording, read_archive, write_archive
from monitor.sources.archive.recorded import Counts, Recorded

__all__ = ["Counts", "Recorded", "Recording", "read_archive", "write_archive"]
