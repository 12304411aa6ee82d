"""The simulator's end of hilt's cocotb bridge.

hilt starts a simulator under cocotb as a child process and reaches the design in it by messages (docs/wire.md). In hilt's
own harness `hilt_cocotb.v` serves them, and `harness` is what Python does beside it. A design on its own ports is served by
`bridge` with the models of `axi`. `messages` has the bytes, and `prepare` builds the simulation.
"""

__version__ = "0.1.0"
