"""Messages of the control channel, as docs/wire.md has them: integers are little-endian."""

from __future__ import annotations

import struct
from typing import Iterator, NamedTuple, Optional, Union

OP_REGISTER_VALUE = 3
OP_REGISTER_WRITTEN = 4
OP_REGISTER_READ = 8
OP_REGISTER_WRITE = 9
OP_CONTROL = 15

LONG = 1
WIDE = 4
ANSWER = 1
FAILED = 2

HELLO = 1
CYCLE = 2
RUN_UNTIL = 3
RESET = 4
EVENTS = 9
INJECT = 10
END = 12
FINISH = 13
WAIT = 14
LIST = 15
EVENT = 16
LOG = 17
MEMORY = 18
FAILURE = 19

VERSION = 1


class MessageError(Exception):
    """The other side sent something that is not a message."""


class RegisterRead(NamedTuple):
    """A read of the register at byte `address`; `width` is 32 or 64 bits."""

    address: int
    width: int = 32


class RegisterWrite(NamedTuple):
    """A write of `value` to the register at byte `address`; `width` is 32 or 64 bits."""

    address: int
    value: int
    width: int = 32


class Control(NamedTuple):
    """A request, its answer, or what comes unasked."""

    code: int
    payload: bytes = b""
    is_answer: bool = False
    is_failed: bool = False


UpMessage = Union[RegisterRead, RegisterWrite, Control]

_MOST_TEXT = 60_000
_CONTROL_HEAD = struct.Struct("<BBH")
# A write of 32 bits to one of the first 64 KiB: nearly all there is.
_SHORT_WRITE = OP_REGISTER_WRITE << 4
_SHORT_WRITE_REST = struct.Struct("<HI")
_SHORT_WRITE_BYTES = 7


def control(message: Control) -> bytes:
    """The bytes of a control message. Raises `ValueError` for a payload of 64 KiB or more."""
    if len(message.payload) > 0xFFFF:
        raise ValueError(f"a payload of {len(message.payload)} bytes: at most 65535")
    flags = (ANSWER if message.is_answer else 0) | (FAILED if message.is_failed else 0)
    return _CONTROL_HEAD.pack(OP_CONTROL << 4 | flags, message.code, len(message.payload)) + message.payload


def failure(text: str) -> bytes:
    """Code of the user's has failed: the end of `text`, as far as a message holds it."""
    return control(Control(FAILURE, text.encode()[-_MOST_TEXT:]))


def register_value(value: int, status: int = 0, width: int = 32) -> bytes:
    """What a read gave; `status` is AXI's, or 1 for no answer in time."""
    if width == 64:
        return struct.pack("<BQ", OP_REGISTER_VALUE << 4 | WIDE | status, value)
    return struct.pack("<BI", OP_REGISTER_VALUE << 4 | status, value)


def register_written(status: int = 0) -> bytes:
    """A write has been answered."""
    return bytes((OP_REGISTER_WRITTEN << 4 | status,))


class UpDecoder:
    """Cuts what the host sends into messages, however it comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def receive(self, chunk: bytes) -> Iterator[UpMessage]:
        """The messages that are whole now. Raises `MessageError` for what is none."""
        data = self._rest + chunk
        at = 0
        try:
            while at < len(data):
                found = _parse(data, at)
                if found is None:
                    break
                message, at = found
                yield message
        finally:
            self._rest = data[at:]


def _parse(data: bytes, at: int) -> Optional[tuple[UpMessage, int]]:
    if data[at] == _SHORT_WRITE and len(data) >= at + _SHORT_WRITE_BYTES:
        return RegisterWrite(*_SHORT_WRITE_REST.unpack_from(data, at + 1)), at + _SHORT_WRITE_BYTES
    op, flags = data[at] >> 4, data[at] & 15
    if op == OP_CONTROL:
        if flags & ~(ANSWER | FAILED):
            raise MessageError(f"a control message with flags {flags:#x}")
        if len(data) < at + 4:
            return None
        _, code, length = _CONTROL_HEAD.unpack_from(data, at)
        end = at + 4 + length
        if len(data) < end:
            return None
        return Control(code, data[at + 4 : end], bool(flags & ANSWER), bool(flags & FAILED)), end
    if op not in (OP_REGISTER_READ, OP_REGISTER_WRITE):
        raise MessageError(f"an unknown message (first byte {data[at]:#04x})")
    if flags & ~(LONG | WIDE):
        raise MessageError(f"a register access with flags {flags:#x}")
    width = 64 if flags & WIDE else 32
    value_at = at + (5 if flags & LONG else 3)
    end = value_at + (0 if op == OP_REGISTER_READ else width // 8)
    if len(data) < end:
        return None
    address = int.from_bytes(data[at + 1 : value_at], "little")
    if op == OP_REGISTER_READ:
        return RegisterRead(address, width), end
    return RegisterWrite(address, int.from_bytes(data[value_at:end], "little"), width), end
