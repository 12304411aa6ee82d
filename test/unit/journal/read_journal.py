"""Reads journals as docs/journal.md describes the file, and prints each as a line of JSON; written from that page alone."""

import json
import math
import struct
import sys
import zlib

KINDS = {1: "register", 2: "access", 3: "interrupt", 4: "fault", 5: "injected-error", 6: "violation", 7: "windows", 8: "written"}

LINE = ["framesSent", "framesReceived", "damaged", "gaps", "askedAgain", "timeouts", "bytesSentAgain", "roundTrips", "roundTripMs"]


def read(data):
    if data[:8] != bytes.fromhex("89484a4c0d0a1a0a"):
        raise ValueError("not a journal")
    version, flags, length, header_sum, prefix_sum = struct.unpack_from("<HHIII", data, 8)
    if version > 2:
        raise ValueError("newer")
    assert zlib.crc32(data[8:20]) == prefix_sum
    header = data[24 : 24 + length]
    assert zlib.crc32(header) == header_sum
    entries, number, numbered, at, ended, line = [], 0, {}, 24 + length, False, None
    while at < len(data):
        length, checksum = struct.unpack_from("<II", data, at)
        record = data[at + 8 : at + length]
        assert zlib.crc32(record) == checksum
        kind, flag, source, failure, size, asked, crossed, address, value = struct.unpack_from("<BBBBIddQQ", record)
        up, answered = flag & 1, (flag >> 1) & 1
        payload = record[40:]
        at += length
        if kind == 9:
            entry = numbered[address]
            entry["crossed"] = None if math.isnan(crossed) else crossed
            if entry["kind"] == "register":
                entry["answered"], entry["failure"] = answered, failure
                if not entry["up"]:
                    entry["value"] = value
            continue
        if kind == 10:
            number += address
            continue
        if kind == 12:
            number += 1
            continue
        if kind == 13:
            line = dict(zip(LINE, struct.unpack_from("<9d", payload)))
            continue
        if kind == 11:
            assert address == number
            ended = True
            continue
        entry = {"kind": KINDS[kind], "up": up, "asked": asked, "crossed": None if math.isnan(crossed) else crossed, "address": hex(address)}
        if kind == 1:
            entry.update(value=value, answered=answered, failure=failure)
        if kind == 2:
            entry.update(bytes=size, master=source)
        if kind == 6:
            entry.update(rule=size, deviceCycle=value or None)
        if kind == 7:
            last = struct.unpack_from("<Q", record, 16)[0]
            entry.update(
                crossed=asked,
                access=["read", "write", "read-write"][source & 3],
                shared=source >> 2 & 1,
                count=size,
                last=hex(last),
                hash=value & 0xFFFFFFFF,
                bytes=value >> 32,
            )
        if kind == 8:
            entry.update(bytes=size, crc=value)
            if payload:
                assert len(payload) == size and zlib.crc32(payload) == value
                entry.update(payload=payload.hex())
        numbered[number] = entry
        entries.append(entry)
        number += 1
    entries.sort(key=lambda entry: entry["asked"] if entry["crossed"] is None else entry["crossed"])
    return {"header": json.loads(header), "complete": flags & 1, "ended": ended, "line": line, "entries": entries}


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            print(json.dumps(read(file.read())))
