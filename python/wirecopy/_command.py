"""The command `wirecopy`: the same program as without Python."""

from __future__ import annotations

import sys

from . import _native


def main() -> int:
    """Runs the command with the arguments of the process; returns its exit status."""
    return _native.main(["wirecopy", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
