"""All sources by name: those of the program and those of installed plug-ins."""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from monitor.errors import Problem
from monitor.sources import (
    archive,
    askbot,
    bluesky,
    discourse,
    facebook,
    feed,
    gdelt,
    hackernews,
    instagram,
    mastodon,
    reddit,
    threads,
    weibo,
    x,
    youtube,
)
from monitor.sources.base import SourceSpec

GROUP = "ripplewatch.sources"  # the entry points of plug-ins; each names a SourceSpec


def with_plug_ins(
    own: Iterable[SourceSpec], points: Iterable[EntryPoint]
) -> tuple[Mapping[str, SourceSpec], tuple[Problem, ...]]:
    """The sources of ``own`` and of plug-ins, and what is wrong with plug-ins that cannot be used."""
    specs = {spec.name: spec for spec in own}
    problems = []
    for point in points:
        try:
            spec = point.load()
        except (ImportError, AttributeError) as error:
            problems.append(Problem(f"sources.{point.name}", f"the plug-in {point.value} cannot be loaded: {error}"))
            continue
        if not isinstance(spec, SourceSpec):
            problems.append(Problem(f"sources.{point.name}", f"the plug-in {point.value} is no SourceSpec"))
        elif spec.name in specs:
            problems.append(Problem(f"sources.{spec.name}", f"the plug-in {point.value} takes a name that is taken"))
        else:
            specs[spec.name] = spec
    return MappingProxyType(specs), tuple(problems)


SOURCES, PROBLEMS = with_plug_ins(
    (
        bluesky.SPEC,
        hackernews.SPEC,
        gdelt.SPEC,
        youtube.SPEC,
        feed.SPEC,
        discourse.SPEC,
        askbot.SPEC,
        mastodon.SPEC,
        x.SPEC,
        reddit.SPEC,
        weibo.SPEC,
        facebook.SPEC,
        instagram.SPEC,
        threads.SPEC,
        archive.SPEC,
    ),
    entry_points(group=GROUP),
)
