"""The simulator's end of hilt's cocotb bridge.

hilt starts a simulator under cocotb as a child process and reaches the design in it by messages over a Unix socket
(docs/wire.md). `messages` has their bytes, `bridge` is the cocotb test that serves them, `harness` is a design in hilt's own
harness, and `prepare` builds the simulation.
"""

__version__ = "0.1.0"
