"""Put first on PYTHONPATH, this notes every attempt to reach the network and refuses it."""

import os
import sys
from pathlib import Path

# urllib3 binds a loopback socket when it is imported, to see whether there is IPv6: that reaches nobody.
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.sendto")


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in NETWORK:
        with Path(os.environ["SPOTIFLOW_TEST_NETWORK_LOG"]).open("a", encoding="utf-8") as log:
            log.write(f"{event} {arguments[1:]}\n")
        raise PermissionError(f"the network is not to be used: {event}")


if "SPOTIFLOW_TEST_NETWORK_LOG" in os.environ:
    sys.addaudithook(_refuse)
