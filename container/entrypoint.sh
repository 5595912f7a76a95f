#!/bin/sh
# What the container starts: an ordinary user, on the volume, with files that only their owner can read.
set -eu
umask 077
export SPOTIFLOW_HOME="${SPOTIFLOW_HOME:-/data}"

if [ "$(id -u)" = 0 ]; then
    echo "spotiflow does not run as root in a container; leave out --user 0." >&2
    exit 1
fi
if ! mkdir -p "$SPOTIFLOW_HOME" 2>/dev/null || ! [ -w "$SPOTIFLOW_HOME" ]; then
    echo "The volume at $SPOTIFLOW_HOME cannot be written by user $(id -u); give it to that user: chown -R $(id -u) FOLDER." >&2
    exit 1
fi
exec spotiflow "$@"
