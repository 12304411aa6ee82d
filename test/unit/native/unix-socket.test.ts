import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EventCounter } from "../../../src/native/event-counter.ts";
import { SharedMemory } from "../../../src/native/shared-memory.ts";
import { UnixSocket } from "../../../src/native/unix-socket.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt söcket "));
afterAll(() => rmSync(folder, { recursive: true }));

/** A peer that is none of ours: Python takes descriptors, and writes through them. */
const PEER = `
import array, mmap, os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
print("listening", flush=True)
peer, _ = listener.accept()
data, ancillary, _, _ = peer.recvmsg(5, socket.CMSG_SPACE(8))
memory, event = array.array("i", ancillary[0][2])
with mmap.mmap(memory, 8192) as shared:
    shared[4097] = shared[1] + 1
os.write(event, (3).to_bytes(8, "little"))
peer.sendall(bytes(reversed(data)))
received = b""
while len(received) < 300000:
    received += peer.recv(65536)
peer.sendall(received)
peer.close()
`;

test("memory and an event counter go to another process, and what it does with them is seen here", async () => {
  const path = join(folder, "peer");
  const peer = spawn("python3", ["-c", PEER, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(peer.stdout, "data");
  using memory = new SharedMemory("test", 8192);
  using event = new EventCounter();
  using socket = new UnixSocket(path);
  socket.limitMs = 10_000;
  memory.bytes[1] = 41;
  expect(event.take()).toBe(0);
  const seen = new Promise<number>((resolve) => {
    const watch = event.watch((count) => {
      watch[Symbol.dispose]();
      resolve(count);
    });
  });
  socket.send(Buffer.from("abcde"), [memory.descriptor, event.descriptor]);
  const answer = Buffer.alloc(5);
  expect(socket.receive(answer)).toBe(true);
  expect(answer.toString()).toBe("edcba");
  expect(memory.bytes[4097]).toBe(42);
  expect(await seen).toBe(3);
  expect(event.take()).toBe(0);
  event.add(2);
  expect(event.take()).toBe(2);
  // More than a socket's buffer holds.
  const long = Buffer.alloc(300_000, "0123456789");
  const echoed = Buffer.alloc(long.length);
  socket.send(long);
  expect(socket.receive(echoed)).toBe(true);
  expect(echoed.equals(long)).toBe(true);
  expect(socket.receive(Buffer.alloc(1))).toBe(false);
  expect(socket.take(Buffer.alloc(1))).toBeUndefined();
  memory.clear();
  expect(memory.bytes[1]).toBe(0);
});

test("what has come is taken without waiting, and a peer that says nothing is not waited for without end", async () => {
  const path = join(folder, "silent");
  const peers: Socket[] = [];
  const server = createServer((peer) => peers.push(peer)).listen(path);
  await once(server, "listening");
  using socket = new UnixSocket(path);
  await once(server, "connection");
  expect(socket.take(Buffer.alloc(4))).toBe(0);
  socket.limitMs = 20;
  expect(() => socket.receive(Buffer.alloc(1))).toThrow("recv: EAGAIN");
  // Two of three bytes are there, for a wait that looks for them first and for those that do not.
  for (let waits = 0; waits < 12; waits++) {
    peers[0]?.write("abc");
    await expect.poll(() => socket.take(Buffer.alloc(1))).toBe(1);
    expect(() => socket.receive(Buffer.alloc(3))).toThrow("recv: EAGAIN");
  }
  // The system takes 0 for no limit: less than it can count is not that.
  socket.limitMs = 1e-6;
  expect(() => socket.receive(Buffer.alloc(1))).toThrow("recv: EAGAIN");
  peers[0]?.end();
  server.close();
});

test("nobody listens, and a path that is too long, are errors that say so", () => {
  expect(() => new UnixSocket(join(folder, "nobody"))).toThrow("connect: ENOENT");
  expect(() => new UnixSocket(`/${"x".repeat(107)}`)).toThrow("has at most 107 bytes");
});
