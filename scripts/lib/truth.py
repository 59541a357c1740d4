"""Truth of a generated corpus.

Says which stories its documents hold and how two documents are related.
"""

import csv
import json
import re
from collections import defaultdict

import bench

# Lowest exact Jaccard of two bodies that are a copy or a revision, and lowest containment and
# passage of an excerpt.
COPY, REVISED = 0.8, 0.5
CONTAINMENT, PASSAGE_WORDS = 0.3, 25
# Margin around those, in which small differences in words and chrome put a pair on the other side.
MARGIN, MARGIN_WORDS = 0.02, 3
SHINGLE = 5
# Words as newsgen counts them: runs of letters and digits; in scripts without spaces, every letter.
ALONE = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{ALONE}]|[^\W_{ALONE}]+")
# Pages that are chrome as a whole: reporting two of a family is neither right nor wrong.
REPEATED = ("hot", "one-page", "skeleton")
# Kinds of documents that hold a passage of a story next to text of their own.
PASSAGES = ("excerpt", "digest", "quote")
UNDER = {"excerpt": "excerpt, under the definition", "digest": "digest, under the definition"}


def read(path):
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        bench.fail(f"cannot read {path}: {error.strerror}")


def pair(a, b):
    return (a, b) if a < b else (b, a)


def decimal(cell):
    return float(cell) if cell else None


class Truth:
    """Truth and stories of a corpus, by document."""

    def __init__(self, corpus):
        self.corpus = corpus
        self.held = defaultdict(dict)
        for row in read(corpus.with_suffix(".stories.csv")):
            row["jaccard"] = jaccard_of(
                decimal(row["containment"]), decimal(row["source_containment"])
            )
            row["words"], row["chrome_words"] = int(row["words"]), int(row["chrome_words"])
            self.held[row["id"]].setdefault(row["story"], row)
        self.source = {
            row["story"]: row["source"]
            for rows in self.held.values()
            for row in rows.values()
            if row["source"]
        }
        self.agency = {
            row["story"]: row["agency"] for rows in self.held.values() for row in rows.values()
        }
        listed = read(corpus.with_suffix(".truth.csv"))
        self.pages, self.words_of = self.read_corpus(row for row in listed if self.needs_words(row))
        # By pair: its kind in the truth file, its class by scores, and if it exceeds the margin.
        self.listed = {
            pair(row["id_a"], row["id_b"]): (row["kind"], *self.kind(row)) for row in listed
        }
        self.words_of.clear()

    def read_corpus(self, rows):
        """Returns site and url of every document, and the words of those in the rows."""
        wanted = {one for row in rows for one in (row["id_a"], row["id_b"])}
        pages, words = {}, {}
        with open(self.corpus, encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                pages[record["id"]] = (record["site"], record["url"])
                if record["id"] in wanted:
                    words[record["id"]] = WORD.findall(record["text"].lower())
        return pages, words

    def held_of_other(self, a, b):
        """Returns the row of the document that holds the story that begins with the other one."""
        for one, other in ((a, b), (b, a)):
            for row in self.held[one].values():
                if row["source"] == other and one != other:
                    return row
        return None

    def needs_words(self, row):
        if row["kind"] in ("exact", "recapture", "event", *REPEATED) or not row["body_jaccard"]:
            return False
        return float(row["body_jaccard"]) < REVISED and not self.held_of_other(
            row["id_a"], row["id_b"]
        )

    def kind(self, row):
        kind, jaccard = row["kind"], decimal(row["body_jaccard"])
        if kind == "event":
            return kind, True
        if kind in REPEATED:
            return "page", True
        if jaccard is None:
            return "too short", False
        if kind == "recapture":
            return (
                kind if jaccard >= REVISED else "recapture, under .5",
                jaccard >= REVISED + MARGIN,
            )
        if kind == "exact" or jaccard >= COPY:
            return "copy", True
        if jaccard >= REVISED:
            return "revised", jaccard >= REVISED + MARGIN
        kind = "digest" if kind == "digest" else "excerpt"
        containment, run = self.scores(row["id_a"], row["id_b"])
        if containment < CONTAINMENT or run < PASSAGE_WORDS:
            return UNDER[kind], False
        return kind, containment >= CONTAINMENT + MARGIN and run >= PASSAGE_WORDS + MARGIN_WORDS

    def scores(self, a, b):
        """Returns the greater containment and the longest run."""
        row = self.held_of_other(a, b)
        if row:
            return max(float(row["containment"]), float(row["source_containment"])), int(row["run"])
        # Two copies of one source: compare their texts, because the stories file has sources only.
        return compared(self.words_of[a], self.words_of[b])

    def shared(self, a, b):
        """Returns the stories that both documents hold."""
        return self.held[a].keys() & self.held[b].keys()

    def part(self, document, story):
        """Returns the part of a document in a story, in terms that compare with roles."""
        row = self.held[document].get(story)
        if row is None:
            return "no part"
        kind = row["kind"]
        if row["source"] == document:
            return "source"
        if kind in (*REPEATED, *PASSAGES):
            return kind if kind in PASSAGES else "page"
        if kind == "exact" or row["jaccard"] is None or row["jaccard"] >= COPY:
            return "copy"
        return "revised" if row["jaccard"] >= REVISED else "under .5"


def jaccard_of(a, b):
    """Computes the Jaccard from the two containments."""
    if a is None or b is None:
        return None
    return 1 / (1 / a + 1 / b - 1) if a and b else 0.0


def compared(a, b):
    """Returns the greater containment and the longest run of `a` whose shingles are all in `b`."""
    ours, theirs = (list(zip(*(words[i:] for i in range(SHINGLE)))) for words in (a, b))
    there = set(theirs)
    both = len(there & set(ours))
    longest = run = 0
    for shingle in ours:
        run = 0 if shingle not in there else run + 1 if run else SHINGLE
        longest = max(longest, run)
    return both / max(1, min(len(there), len(set(ours)))), longest
