"""Reads the golden vectors as docs/wire.md says that a receiver does: none of hilt's code is used.

    python3 read_wire.py          exits with 1 when anything is read as other than what the vectors say
"""
import json
import pathlib
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).parent
HEADER = struct.Struct("<BHHB")


class Bad(Exception):
    pass


def unstuff(block):
    """The bytes of a frame between two delimiters."""
    out, at = bytearray(), 0
    while at < len(block):
        code = block[at]
        if at + code > len(block):
            raise Bad("a block reaches beyond the delimiter")
        out += block[at + 1 : at + code]
        at += code
        if code < 255 and at < len(block):
            out.append(0)
    return bytes(out)


def frame(block):
    raw = unstuff(block)
    if len(raw) < 10:
        raise Bad("too short")
    body, crc = raw[:-4], struct.unpack("<I", raw[-4:])[0]
    if zlib.crc32(body) != crc:
        raise Bad("a wrong CRC")
    first, seq, ack, window = HEADER.unpack(body[:6])
    return {"kind": first >> 4, "epoch": first & 15, "seq": seq, "ack": ack, "window": window, "payload": body[6:].hex()}


class Reader:
    """Messages of one direction, one after the other; remembers where the accesses of memory ended."""

    def __init__(self, data):
        self.data, self.at = data, 0
        self.next = {1: None, 2: None}

    def take(self, count):
        if self.at + count > len(self.data):
            raise Bad("the stream ends in a message")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "little")

    def flags(self, value, allowed):
        if value & ~allowed:
            raise Bad("an unknown flag")
        return value

    def control(self, flags):
        self.flags(flags, 3)
        code, length = self.number(1), self.number(2)
        return {"kind": "control", "code": code, "isAnswer": flags & 1 > 0, "isFailed": flags & 2 > 0, "payload": self.take(length).hex()}

    def memory(self, op, flags):
        if flags & 1:
            if self.next[op] is None or flags & 4:
                raise Bad("it follows nothing, or has an address all the same")
            address = self.next[op]
        else:
            address = self.number(8 if flags & 4 else 4)
        length = self.number(1) + 1
        self.next[op] = address + length
        return address, length

    def down(self):
        op, flags = divmod(self.number(1), 16)
        if op == 1 and flags & 8:
            if flags != 10 or self.next[1] is None:
                raise Bad("empty, and not the end of a burst")
            return {"kind": "memory-write", "address": str(self.next[1]), "data": "", "isEnd": True}
        if op == 1:
            address, length = self.memory(1, self.flags(flags, 7))
            return {"kind": "memory-write", "address": str(address), "data": self.take(length).hex(), "isEnd": flags & 2 > 0}
        if op == 2:
            address, length = self.memory(2, self.flags(flags, 5))
            return {"kind": "memory-read", "address": str(address), "lengthBytes": length}
        if op == 3:
            width = 64 if self.flags(flags, 7) & 4 else 32
            return {"kind": "register-value", "status": flags & 3, "width": width, "value": str(self.number(width // 8))}
        if op == 4:
            return {"kind": "register-written", "status": self.flags(flags, 3)}
        if op == 5:
            return {"kind": "interrupts", "levels": self.number(4 if self.flags(flags, 1) else 1)}
        if op == 6:
            self.flags(flags, 0)
            return {"kind": "trace", "bytes": self.take(self.number(1)).hex()}
        if op == 7:
            self.flags(flags, 0)
            return {"kind": "fence-passed", "mark": self.number(1)}
        if op == 15:
            return self.control(flags)
        raise Bad("an unknown message")

    def up(self):
        op, flags = divmod(self.number(1), 16)
        if op in (8, 9):
            address = self.number(4 if self.flags(flags, 5) & 1 else 2)
            width = 64 if flags & 4 else 32
            access = {"kind": "register-read", "address": address, "width": width}
            return access if op == 8 else {**access, "kind": "register-write", "value": str(self.number(width // 8))}
        if op == 10:
            length = self.number(1) + 1
            status = self.flags(flags, 3)
            return {"kind": "memory-data", "status": status, "lengthBytes": length, "data": self.take(0 if status else length).hex()}
        if op == 11:
            return {"kind": "memory-written", "status": self.flags(flags, 3), "bursts": self.number(1) + 1}
        if op == 12:
            self.flags(flags, 0)
            return {"kind": "fence", "mark": self.number(1)}
        if op == 15:
            return self.control(flags)
        raise Bad("an unknown message")


def is_refused(read):
    try:
        read()
    except Bad:
        return True
    return False


frames = json.loads((HERE / "wire-frames.json").read_text())
messages = json.loads((HERE / "wire-messages.json").read_text())
wrong = []
for row in frames["frames"]:
    blocks = [block for block in bytes.fromhex(row["line"]).split(b"\0") if block]
    wanted = {key: value for key, value in row.items() if key not in ("name", "line")}
    if [frame(block) for block in blocks] != [wanted]:
        wrong.append(row["name"])
for row in frames["bad"]:
    blocks = [block for block in bytes.fromhex(row["line"]).split(b"\0") if block]
    if not all(is_refused(lambda: frame(block)) for block in blocks):
        wrong.append(row["name"])
for way in ("down", "up"):
    reader = Reader(bytes.fromhex("".join(row["bytes"] for row in messages[way])))
    for row in messages[way]:
        if getattr(reader, way)() != row["message"]:
            wrong.append(row["bytes"])
    for text in messages["noMessages"][way]:
        if not is_refused(getattr(Reader(bytes.fromhex(text)), way)):
            wrong.append(text)
for name in wrong:
    print(f"not read as the vectors say: {name}")
sys.exit(bool(wrong))
