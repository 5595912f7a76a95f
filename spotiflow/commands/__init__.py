"""The command line: one thin function per command parses, calls one room and prints."""
