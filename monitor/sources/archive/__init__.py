"""Recorded posts and reposts: archive records v1 and cascade records, JSON Lines, plain or gzip."""

from monitor.sources.archive.reading import Recording, read_archive, write_archive
from monitor.sources.archive.recorded import Counts, Recorded, Tally
from monitor.sources.archive.series import CascadeSeries, read_series
from monitor.sources.archive.source import NAME, SPEC, ArchiveSource, Config

__all__ = [
    "NAME",
    "SPEC",
    "ArchiveSource",
    "CascadeSeries",
    "Config",
    "Counts",
    "Recorded",
    "Recording",
    "Tally",
    "read_archive",
    "read_series",
    "write_archive",
]
