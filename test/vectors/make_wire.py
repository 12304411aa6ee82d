"""The golden vectors of docs/wire.md, made from that page alone: none of hilt's code is used.

    python3 make_wire.py          writes wire-frames.json and wire-messages.json beside this file
    python3 make_wire.py --check  exits with 1 when they differ
"""
import json
import pathlib
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).parent


def cobs(data):
    """Blocks of up to 254 bytes without zero; none that is empty after a full one at the end."""
    out, block = bytearray(), bytearray()
    for index, byte in enumerate(data):
        if byte:
            block.append(byte)
        if byte == 0 or len(block) == 254 and index < len(data) - 1:
            out += bytes([len(block) + 1]) + block
            block.clear()
    return bytes(out + bytes([len(block) + 1]) + block)


def frame(kind, epoch, seq, ack, window, payload=b""):
    raw = struct.pack("<BHHB", kind << 4 | epoch, seq, ack, window) + payload
    raw += struct.pack("<I", zlib.crc32(raw))
    return (b"\0" if kind >= 8 else b"") + cobs(raw) + b"\0"


IDENTITY = b"HILT" + struct.pack("<BBBBBBHHHIIHBB", 1, 32, 64, 64, 16, 1, 1024, 4096, 2048, 25000000, 0xDEADBEEF, 2048, 0, 0)
BOOT = IDENTITY[:26] + b"\2\0"
RAMP = bytes(index % 251 for index in range(1024))
FRAMES = [
    ("an acknowledgement", 2, 1, 0, 0, 255, b""),
    ("one byte", 2, 15, 65535, 258, 64, b"\x55"),
    ("a zero", 2, 3, 1, 0, 0, b"\0"),
    ("zeros", 2, 3, 256, 512, 1, bytes(16)),
    ("a full payload of zeros", 2, 7, 1024, 4096, 16, bytes(1024)),
    ("a full payload without zeros", 2, 7, 1024, 4096, 16, b"\x11" * 1024),
    ("a ramp", 2, 9, 12345, 54321, 33, RAMP),
    ("asked again", 3, 1, 4660, 22136, 200, b""),
    ("asked again, with data", 3, 1, 4660, 22136, 200, b"\1\2\3"),
    ("a sign of life", 4, 5, 7, 8, 255, b""),
    ("a new session", 8, 0, 0xBEEF, 0, 255, b""),
    ("the same session", 9, 4, 0x0100, 300, 255, b""),
    ("a reply", 10, 4, 0xBEEF, 0, 64, IDENTITY),
    ("a boot", 11, 0, 0, 0, 0, BOOT),
]
# The last byte of a full block, and of the block before, is the last of the frame: lengths round 254 without a zero.
for length in (253, 254, 255, 508, 509):
    FRAMES.append((f"{length} bytes before stuffing", 2, 1, 257, 257, 1, b"\x22" * (length - 10)))

BAD = [
    ("a flipped bit", lambda line: bytes([line[0], line[1] ^ 4]) + line[2:]),
    ("a lost byte", lambda line: line[:5] + line[6:]),
    ("the last byte lost", lambda line: line[:-2] + line[-1:]),
    ("a block beyond the end", lambda line: b"\xfe" + line[1:]),
    ("the beginning only", lambda line: line[:8] + b"\0"),
    ("noise before it", lambda line: b"\x13\x37" + line),
]

u16, u32, u64 = (lambda n: struct.pack("<H", n)), (lambda n: struct.pack("<I", n)), (lambda n: struct.pack("<Q", n))
D4, D256 = b"\1\2\3\4", bytes(range(256))
text = lambda data: data.hex()
# In order: an access of memory that follows the one before has no address.
DOWN = [
    ({"kind": "memory-write", "address": "4096", "data": text(D4), "isEnd": False}, b"\x10" + u32(4096) + b"\3" + D4),
    ({"kind": "memory-write", "address": "4100", "data": text(D256), "isEnd": True}, b"\x13\xff" + D256),
    ({"kind": "memory-read", "address": "4356", "lengthBytes": 64}, b"\x20" + u32(4356) + b"\x3f"),
    ({"kind": "memory-read", "address": "4420", "lengthBytes": 256}, b"\x21\xff"),
    ({"kind": "memory-write", "address": "4356", "data": "00", "isEnd": False}, b"\x11\0\0"),
    ({"kind": "memory-write", "address": "4357", "data": "", "isEnd": True}, b"\x1a"),
    ({"kind": "memory-write", "address": str(2**32), "data": "ff", "isEnd": True}, b"\x16" + u64(2**32) + b"\0\xff"),
    ({"kind": "memory-read", "address": str(2**64 - 256), "lengthBytes": 256}, b"\x24" + u64(2**64 - 256) + b"\xff"),
    ({"kind": "register-value", "status": 0, "width": 32, "value": "3735928559"}, b"\x30" + u32(0xDEADBEEF)),
    ({"kind": "register-value", "status": 1, "width": 32, "value": "0"}, b"\x31" + u32(0)),
    ({"kind": "register-value", "status": 2, "width": 64, "value": str(2**64 - 2)}, b"\x36" + u64(2**64 - 2)),
    ({"kind": "register-written", "status": 0}, b"\x40"),
    ({"kind": "register-written", "status": 3}, b"\x43"),
    ({"kind": "interrupts", "levels": 1}, b"\x50\1"),
    ({"kind": "interrupts", "levels": 0}, b"\x50\0"),
    ({"kind": "interrupts", "levels": 2**31 + 1}, b"\x51" + u32(2**31 + 1)),
    ({"kind": "trace", "bytes": text(b"hello")}, b"\x60\5hello"),
    ({"kind": "trace", "bytes": ""}, b"\x60\0"),
    ({"kind": "fence-passed", "mark": 200}, b"\x70\xc8"),
    ({"kind": "control", "code": 2, "isAnswer": True, "isFailed": False, "payload": text(u64(99))}, b"\xf1\2" + u16(8) + u64(99)),
    ({"kind": "control", "code": 5, "isAnswer": True, "isFailed": True, "payload": text(b"no")}, b"\xf3\5" + u16(2) + b"no"),
    ({"kind": "control", "code": 16, "isAnswer": False, "isFailed": False, "payload": text(bytes(300))}, b"\xf0\x10" + u16(300) + bytes(300)),
]
UP = [
    ({"kind": "register-read", "address": 16, "width": 32}, b"\x80" + u16(16)),
    ({"kind": "register-read", "address": 0x10000, "width": 32}, b"\x81" + u32(0x10000)),
    ({"kind": "register-read", "address": 0xFFF8, "width": 64}, b"\x84" + u16(0xFFF8)),
    ({"kind": "register-write", "address": 0x104, "width": 32, "value": "4294967295"}, b"\x90" + u16(0x104) + u32(2**32 - 1)),
    ({"kind": "register-write", "address": 0xFFFFFFFC, "width": 32, "value": "1"}, b"\x91" + u32(2**32 - 4) + u32(1)),
    ({"kind": "register-write", "address": 8, "width": 64, "value": str(2**63)}, b"\x94" + u16(8) + u64(2**63)),
    ({"kind": "register-write", "address": 0x20000, "width": 64, "value": "0"}, b"\x95" + u32(0x20000) + u64(0)),
    ({"kind": "memory-data", "status": 0, "lengthBytes": 4, "data": text(D4)}, b"\xa0\3" + D4),
    ({"kind": "memory-data", "status": 0, "lengthBytes": 256, "data": text(D256)}, b"\xa0\xff" + D256),
    ({"kind": "memory-data", "status": 2, "lengthBytes": 64, "data": ""}, b"\xa2\x3f"),
    ({"kind": "memory-data", "status": 3, "lengthBytes": 256, "data": ""}, b"\xa3\xff"),
    ({"kind": "memory-written", "status": 0, "bursts": 1}, b"\xb0\0"),
    ({"kind": "memory-written", "status": 2, "bursts": 256}, b"\xb2\xff"),
    ({"kind": "fence", "mark": 0}, b"\xc0\0"),
    ({"kind": "control", "code": 1, "isAnswer": False, "isFailed": False, "payload": "01"}, b"\xf0\1" + u16(1) + b"\1"),
]
NO_MESSAGES = {
    "down": ["00", "80", "28", "22", "18", "1b", "38", "44", "52", "61", "72", "f4", "110000", "2100"],
    "up": ["00", "10", "82", "98", "a4", "b8", "c1", "d0", "e0", "f8"],
}


def frames():
    rows = [
        {"name": name, "kind": kind, "epoch": epoch, "seq": seq, "ack": ack, "window": window, "payload": text(payload),
         "line": text(frame(kind, epoch, seq, ack, window, payload))}
        for name, kind, epoch, seq, ack, window, payload in FRAMES
    ]
    sound = frame(2, 1, 2, 3, 4, b"abc")
    return {"frames": rows, "bad": [{"name": name, "line": text(spoil(sound))} for name, spoil in BAD]}


def messages():
    rows = lambda all: [{"message": message, "bytes": text(data)} for message, data in all]
    return {"down": rows(DOWN), "up": rows(UP), "noMessages": NO_MESSAGES}


differs = False
for name, vectors in (("wire-frames.json", frames()), ("wire-messages.json", messages())):
    file = HERE / name
    content = json.dumps(vectors, indent=2) + "\n"
    if "--check" not in sys.argv:
        file.write_text(content)
    elif json.loads(file.read_text()) != vectors:
        print(f"{name} is not what docs/wire.md makes of it")
        differs = True
sys.exit(differs)
