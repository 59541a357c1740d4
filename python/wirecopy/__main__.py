"""`python -m wirecopy` is the command `wirecopy`."""

import sys

from ._command import main

sys.exit(main())
