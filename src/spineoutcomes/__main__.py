"""Run the command line as `python -m spineoutcomes`."""

import sys

from spineoutcomes.cli import main

sys.exit(main())
