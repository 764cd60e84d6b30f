"""From windows to incidents and messages: detectors → lifecycle → mute → escalate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts import escalate, lifecycle
from alerts.detectors.base import Detector, DetectorConfig, Window
from alerts.detectors.influencer_complaint import Config as InfluencerConfig
from alerts.detectors.registry import DETECTORS, all_detectors
from alerts.detectors.viral_complaint import Config as ViralConfig
from alerts.detectors.volume_surge import Config as SurgeConfig
from alerts.domain import Delivery, Finding, Incident, Person
from alerts.escalate import EscalateConfig
from alerts.lifecycle import LifecycleConfig, Transition


class PipelineConfig(BaseModel):
    """When an incident opens, rises and closes, and who hears of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    viral_complaint: ViralConfig = Field(default_factory=ViralConfig, description="a complaint spreads")
    influencer_complaint: InfluencerConfig = Field(
        default_factory=InfluencerConfig, description="a big account complains"
    )
    volume_surge: SurgeConfig = Field(default_factory=SurgeConfig, description="more complaints than usual")
    plugins: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="settings of installed detectors, by name; those not named here do not run"
    )
    lifecycle: LifecycleConfig = Field(default_factory=LifecycleConfig, description="how incidents calm and return")
    escalate: EscalateConfig = Field(default_factory=EscalateConfig, description="what is told")

    @field_validator("plugins")
    @classmethod
    def _installed(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        known = all_detectors().keys() - DETECTORS.keys()
        for name, settings in value.items():
            if name not in known:
                raise ValueError(f"{name!r} is no installed detector; installed: {', '.join(sorted(known)) or 'none'}")
            all_detectors()[name].config.model_validate(settings)
        return value

    def detectors(self) -> list[Detector]:
        """Every detector that is switched on, by name."""
        settings: dict[str, DetectorConfig] = {name: getattr(self, name) for name in DETECTORS}
        settings |= {name: all_detectors()[name].config.model_validate(raw) for name, raw in self.plugins.items()}
        return [all_detectors()[name].build(config) for name, config in sorted(settings.items()) if config.enabled]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tick decided: incidents to write with their history, and messages to send."""

    findings: tuple[Finding, ...]
    transitions: tuple[Transition, ...]
    deliveries: tuple[Delivery, ...]


def run(
    windows: Sequence[Window],
    incidents: Sequence[Incident],
    people: Sequence[Person],
    config: PipelineConfig,
    now: datetime,
) -> Outcome:
    """What ``windows`` mean for ``incidents`` (those that ``lifecycle.matters`` keeps) and whom to tell.

    Nothing is read, written or sent here.
    """
    detectors = config.detectors()
    findings = [finding for window in windows for detector in detectors for finding in detector.detect(window)]
    watched_since = {window.brand.id: window.watched_since for window in windows if window.watched_since is not None}
    transitions = lifecycle.advance(incidents, findings, now, config.lifecycle, watched_since)
    deliveries = escalate.due(transitions, incidents, people, now, config.escalate)
    marked = escalate.mark_told(transitions, incidents, now, config.escalate)
    return Outcome(tuple(findings), tuple(marked), tuple(deliveries))
