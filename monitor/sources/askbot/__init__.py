"""Question-and-answer forums of the Askbot kind: through their JSON, or through RSS where that is off."""

from monitor.sources.askbot.config import NAME, Config
from monitor.sources.askbot.posts import parse
from monitor.sources.askbot.rss import parse_rss
from monitor.sources.askbot.source import SPEC, AskbotSource

__all__ = ["NAME", "SPEC", "AskbotSource", "Config", "parse", "parse_rss"]
