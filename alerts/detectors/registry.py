"""Every detector that there is: ours, and those of other packages (entry points "ripplewatch.detectors")."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from alerts.detectors import influencer_complaint, viral_complaint, volume_surge
from alerts.detectors.base import Detector, DetectorConfig, Example


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """A detector, its settings and its example."""

    name: str
    config: type[DetectorConfig]
    build: Callable[[Any], Detector]
    example: Callable[[], Example]


_OURS: tuple[tuple[type[DetectorConfig], Any], ...] = (
    (viral_complaint.Config, viral_complaint.ViralComplaint),
    (influencer_complaint.Config, influencer_complaint.InfluencerComplaint),
    (volume_surge.Config, volume_surge.VolumeSurge),
)

DETECTORS: dict[str, DetectorSpec] = {
    detector.name: DetectorSpec(detector.name, config, detector, detector.example) for config, detector in _OURS
}


@cache
def all_detectors() -> dict[str, DetectorSpec]:
    """Ours and the installed ones; an entry point names a DetectorSpec. Raises ValueError on a name used twice."""
    found = dict(DETECTORS)
    for point in entry_points(group="ripplewatch.detectors"):
        spec: DetectorSpec = point.load()
        if spec.name in found:
            raise ValueError(f"detector {spec.name!r} of {point.value} exists already; it needs another name")
        found[spec.name] = spec
    return found
