"""The repositories over one database, and what it says of itself: a live watch or a recording."""

from alerts.store import DeliveryStore, IncidentStore
from monitor.db import connect, migrate
from monitor.domain import Brand
from monitor.errors import StorageError
from monitor.recording import BRANDS_KEY, META_KEY, brands_from_json
from monitor.store.crawling import CrawlStores
from monitor.store.labels import LabelStore
from monitor.store.meta import MetaStore
from monitor.store.models import TextModelStore
from ui.settings import Settings


class Stores:
    """The repositories over one database, brought to this version's tables."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        migrate(self.engine)
        self.crawling = CrawlStores(self.engine)
        self.posts, self.crawls = self.crawling.posts, self.crawling.crawls
        self.meta = MetaStore(self.engine)
        self.incidents = IncidentStore(self.engine)
        self.deliveries = DeliveryStore(self.engine)
        self.labels = LabelStore(self.engine)
        self.models = TextModelStore(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def recorded_brands(stores: Stores) -> tuple[Brand, ...]:
    """The brands that a replay left in the database; none where it holds no replay."""
    text = stores.meta.get(BRANDS_KEY)
    return brands_from_json(text) if text else ()


def live_stores(settings: Settings) -> Stores:
    """The configured database. Raises StorageError where it holds a replay."""
    stores = Stores(settings.database)
    if stores.meta.get(META_KEY):
        stores.close()
        raise StorageError("This database holds a replay; name another one for the live watch.")
    return stores
