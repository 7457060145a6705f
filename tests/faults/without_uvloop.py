"""The gateway where uvloop isn't installed: `python -m tests.faults.without_uvloop serve`."""

import sys

sys.modules["uvloop"] = None  # type: ignore[assignment]

if __name__ == "__main__":
    from server.cli import main

    main()
