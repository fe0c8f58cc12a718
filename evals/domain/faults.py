"""What may be logged of an exception in whose words a prompt, a cell or a key could stand."""

import traceback


def fault(error: BaseException) -> dict[str, str]:
    """The class of `error` and the place in the code it came from, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "place": place}
