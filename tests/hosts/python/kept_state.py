"""Has the state of a pull in a file: kept_state.py PATH [TEXT].

Prints what it holds, puts the text there if there is one, and has it until the standard input ends.
"""

from __future__ import annotations

import sys

from brightpearl import ValidationError
from brightpearl.state_file import StateFile


def main() -> int:
    try:
        with StateFile(sys.argv[1]) as state:
            print(f"held {state.read() or 'nothing'}")
            if len(sys.argv) > 2:
                state.write(sys.argv[2])
            print("ready", flush=True)
            sys.stdin.read()
    except ValidationError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


sys.exit(main())
