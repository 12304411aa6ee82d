"""The controller's registers and descriptors, read from the header that its Verilog includes."""
import pathlib
import re

HEADER = pathlib.Path(__file__).parents[3] / "rtl/dma/dma_spec.vh"


def number(text):
    base = {"h": 16, "d": 10}
    width, tick, rest = text.partition("'")
    return int(rest[1:], base[rest[0]]) if tick else int(width)


#: Every constant without the prefix HILT_: GLOBAL_IRQ_STATUS, CHANNEL_COMMAND_START_LSB ...
SPEC = {
    name: number(value)
    for name, value in re.findall(r"^`define HILT_(\w+)\s+([\w']+)$", HEADER.read_text(), re.MULTILINE)
}

BASE = {"h2c": SPEC["BASE_H2C"], "c2h": SPEC["BASE_C2H"]}


def bit(name):
    return 1 << SPEC[f"{name}_LSB"]


def words(layout, **fields):
    """The bytes of a DESCRIPTOR or COMPACT descriptor."""
    value = sum(content << SPEC[f"{layout}_{name.upper()}_LSB"] for name, content in fields.items())
    return value.to_bytes(SPEC[f"{layout}_BYTES"], "little")


def fields(layout, content):
    """The fields of a record of `layout` by name."""
    value = int.from_bytes(content, "little")
    names = [name[len(layout) + 1 : -4] for name in SPEC if name.startswith(f"{layout}_") and name.endswith("_LSB")]
    return {
        name.lower(): value >> SPEC[f"{layout}_{name}_LSB"] & ((1 << SPEC[f"{layout}_{name}_W"]) - 1) for name in names
    }
