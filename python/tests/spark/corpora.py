"""Made-up corpora: prose of words in random order, in which everything that a scan treats in its
own way occurs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

WORDS = """harbour council ferry budget winter market orchard railway teacher bridge festival museum
nurse library valley storm engineer bakery mayor village student farmer station theatre garden
captain island painter factory clinic stadium hotel castle reservoir tunnel lantern meadow violin
compass granite saffron walnut trumpet cabin pebble harvest ribbon cellar timber copper""".split()

SITES = [f"paper-{number}.example" for number in range(12)]

Record = dict[str, Any]


def prose(source: random.Random, words: int) -> str:
    """Sentences of so many words."""
    chosen = [source.choice(WORDS) + str(source.randrange(60)) for _ in range(words)]
    sentences = [chosen[start : start + 12] for start in range(0, words, 12)]
    return " ".join(" ".join(sentence).capitalize() + "." for sentence in sentences)


def edited(source: random.Random, text: str, share: float) -> str:
    """The text with a share of its words replaced."""
    words = [
        source.choice(WORDS) + "x" if source.random() < share else word for word in text.split(" ")
    ]
    return " ".join(words)


def record(source: random.Random, number: int, text: str, site: str | None = None) -> Record:
    site = site or source.choice(SITES)
    day, hour = source.randrange(1, 28), source.randrange(24)
    published = f"2026-03-{day:02}T{hour:02}:{source.randrange(60):02}:00Z"
    return {
        "id": f"doc-{number:05}",
        "url": f"https://www.{site}/story/{number}",
        "text": text,
        "published": None if source.random() < 0.1 else published,
        "title": f"Story {number % 97}",
        "author": source.choice([None, "By Ann Ferris", "The Associated Press"]),
        "canonical": None,
    }


def syndicated(source: random.Random) -> Iterator[str]:
    """Stories of their own, whole copies, edited copies and excerpts."""
    for _ in range(60):
        story = prose(source, 180)
        yield story
        for _ in range(source.randrange(4)):
            yield source.choice(
                [
                    story,
                    edited(source, story, 0.05),
                    edited(source, story, 0.12),
                    prose(source, 90) + "\n" + " ".join(story.split(" ")[30:110]),
                ]
            )


def skeleton(source: random.Random, pages: int) -> Iterator[str]:
    """Pages that share most of their text: hot buckets, and a big family."""
    frame = prose(source, 240)
    for _ in range(pages):
        yield frame + " " + prose(source, 6)


def quoted(source: random.Random, stories: int) -> Iterator[str]:
    """Stories that share one statement: a common passage."""
    statement = prose(source, 60)
    for _ in range(stories):
        yield prose(source, 70) + "\n" + statement + "\n" + prose(source, 50)


def corpus(seed: int, hot_pages: int = 300, stories: int = 90) -> list[Record]:
    """Records of all kinds, in random order."""
    source = random.Random(seed)
    menus = {site: prose(source, 40) for site in SITES}
    notice = prose(source, 30)
    records = []
    texts = [
        *syndicated(source),
        *skeleton(source, hot_pages),
        *quoted(source, stories),
        *["", "Too short", "[Removed]"],
    ]
    for text in texts:
        row = record(source, len(records), text)
        if text and source.random() < 0.6:
            site = row["url"].split("/")[2].removeprefix("www.")
            row["text"] = menus[site] + "\n" + text + "\n" + notice
        records.append(row)
    for row in source.sample(records, 20):
        row["canonical"] = f"https://{source.choice(SITES)}/original"
    source.shuffle(records)
    return records
