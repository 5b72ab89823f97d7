"""`jobflow` and `python -m jobflow`: the short road of an idle tick, else the command line; what becomes of bugs."""

from __future__ import annotations

import os
import sys

BUG = 3
INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process; its exit code."""
    arguments = sys.argv[1:]
    try:
        from jobflow.shortroad import answer

        code = answer(arguments, os.environ)
        if code is None:
            from jobflow.cli.app import prepare_streams, run

            prepare_streams()
            code = run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_quietly()
        return 0
    except Exception as error:  # Whatever is not expected is a bug; its traceback is kept, not thrown at the user.
        return _bug(error, arguments)
    return code


def _close_quietly() -> None:
    """Nobody reads any more: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(error: Exception, arguments: list[str]) -> int:
    from jobflow.crash import keep

    place = keep(error, arguments, os.environ)
    sys.stderr.write(
        f"jobflow: this is a bug in jobflow, not in what you did ({type(error).__name__}). Nothing is lost.\n"
        f"The details are in {place}; please send them along when you report it.\n"
    )
    return BUG


if __name__ == "__main__":
    sys.exit(main())
