"""What is kept of incidents, their history and the messages about them."""

from alerts.store.deliveries import DeliveryStore
from alerts.store.incidents import IncidentChanged, IncidentStore

__all__ = ["DeliveryStore", "IncidentChanged", "IncidentStore"]
