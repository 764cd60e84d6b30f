"""What the Topics page shows: the topics of a brand, the incidents they led to, the names of who posted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain import Incident
from monitor.domain import AccountKey
from monitor.recording import META_KEY
from ui.memory import Memory
from ui.ports import Incidents, Meta, Posts
from ui.topics import BrandTopics, TopicReader, Window

TICK_KEY = "last_tick_at"
INCIDENTS_READ = 200


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """The topics of one brand, and what leads on from them."""

    now: datetime
    found: BrandTopics
    incidents: Mapping[str, Incident]  # by issue
    names: Mapping[AccountKey, str]  # handles of the authors of the posts that can be opened
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class TopicPages:
    """Reads the page of a brand; between two ticks of the daemon it stays the same."""

    reader: TopicReader
    incidents: Incidents
    posts: Posts
    meta: Meta
    read: Memory[BrandTopics] = field(default_factory=Memory, repr=False)

    def page(self, brand: str, days: int, now: datetime) -> TopicsPage:
        """What customers of ``brand`` complained about and asked within the last ``days``."""
        tick, window = self.meta.get(TICK_KEY), Window(now, timedelta(days=days))
        key = (brand, str(days), tick) if tick else None
        found = self.read.of(key, lambda: self.reader.read(brand, window))
        authors = dict.fromkeys(post.author for topic in (*found.issues, *found.questions) for post in topic.newest)
        names = {key: account.handle for key, account in self.posts.accounts(authors).items() if account.handle}
        known = (*self.incidents.recent(INCIDENTS_READ), *self.incidents.open_incidents())
        incidents = {incident.issue: incident for incident in known if incident.brand == brand}
        return TopicsPage(now, found, incidents, names, self.meta.get(META_KEY) is not None)
