"""Writes the third-party notices of a release as plain text: the licenses of the crates as
cargo-about found them, of Rust's standard library and of the unwinder that zig links.

    notices.py CRATES.json RUST-COPYRIGHT.html LIBUNWIND-LICENSE.txt > NOTICES.txt
"""

import html
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

RULE = "=" * 80
OURS = ("wirecopy", "wirecopy-python")


def main(crates: str, rust: str, libunwind: str) -> None:
    print("Third-party notices of wirecopy\n")
    print("The programs and modules of this release contain the following software of others.")
    print("The registry of Rust crates has the source code of each crate and version.")
    for names, text in licenses(json.loads(Path(crates).read_text(encoding="utf-8"))):
        section("\n".join(names), text)
    section("The Rust standard library", without_tags(Path(rust).read_text(encoding="utf-8")))
    section("LLVM libunwind", Path(libunwind).read_text(encoding="utf-8"))


def section(heading: str, text: str) -> None:
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    print(f"\n{RULE}\n{heading}\n{RULE}\n", *lines, sep="\n")


def licenses(found: dict) -> list[tuple[list[str], str]]:
    """The distinct texts, each with the crates that it covers."""
    covered = defaultdict(set)
    for license in found["licenses"]:
        for use in license["used_by"]:
            crate = use["crate"]
            if crate["name"] not in OURS:
                name = f"{crate['name']} {crate['version']} ({license['id']})"
                covered[license["text"]].add(name)
    if not covered:
        sys.exit("notices.py: cargo-about found no license")
    return sorted((sorted(names), text) for text, names in covered.items())


def without_tags(page: str) -> str:
    """The text of a page of HTML, without repeated empty lines."""
    page = re.sub(r"<(style|script|head)\b.*?</\1>", "", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    return re.sub(r"\n\s*\n+", "\n\n", text)


if __name__ == "__main__":
    main(*sys.argv[1:])
