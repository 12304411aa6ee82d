import { closeSync } from "node:fs";
import koffi from "koffi";
import { promptCall, systemCall } from "./libc.ts";
import { SharedMemory } from "./shared-memory.ts";

/** `sys/socket.h` and `sys/un.h` of Linux. */
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const ADDRESS_BYTES = 110;
const LONGEST_PATH = 107;

const socket = systemCall("int socket(int family, int type, int protocol)");
const connect = systemCall("int connect(int descriptor, void *address, unsigned int length)");
const setsockopt = systemCall(
  "int setsockopt(int descriptor, int level, int option, void *value, unsigned int length)",
);
const send = systemCall("intptr_t send(int descriptor, void *bytes, size_t length, int flags)");
const recv = systemCall("intptr_t recv(int descriptor, void *bytes, size_t length, int flags)");
const recvNow = promptCall("intptr_t recv(int descriptor, void *bytes, size_t length, int flags)");
const sendmsg = systemCall("intptr_t sendmsg(int descriptor, void *message, int flags)");

/** Looks for an answer before the process sleeps: many answers come sooner than a processor wakes up. */
const LOOKS = 20;
/** Waits that sleep at once after looks in vain: where all processors are busy, a look keeps the other side from answering. */
const WAITS_ASLEEP = 8;

/** `struct msghdr` with one `struct iovec` and one `struct cmsghdr`, and the bytes, in memory that never moves. */
const PLACE = { header: 0, vector: 64, control: 128, bytes: 1024 } as const;
const SCRATCH_BYTES = 64 * 1024;
const CONTROL_HEADER_BYTES = 16;

/**
 * A stream socket of Unix whose calls wait: for messages that are answered in microseconds, where a turn of the event loop
 * costs more than the answer, and for descriptors, which Node cannot send.
 */
export class UnixSocket implements Disposable {
  readonly descriptor: number;
  readonly #scratch = new SharedMemory("hilt-message", SCRATCH_BYTES);
  #waitsAsleep = 0;
  #isOpen = true;

  /** Throws `SystemCallError` where nobody listens at `path`, and `RangeError` for a path that is too long. */
  constructor(path: string) {
    const name = Buffer.from(path);
    if (name.length > LONGEST_PATH)
      throw new RangeError(`${path}: the path of a socket has at most ${LONGEST_PATH} bytes`);
    const address = Buffer.alloc(ADDRESS_BYTES);
    address.writeUInt16LE(AF_UNIX, 0);
    name.copy(address, 2);
    this.descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    try {
      connect(this.descriptor, address, ADDRESS_BYTES);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The longest that `send` and `receive` wait before they throw `SystemCallError` with `EAGAIN`. */
  set limitMs(limitMs: number) {
    // 0 would be no limit at all.
    const micros = BigInt(Math.max(1, Math.round(1000 * limitMs)));
    const time = Buffer.alloc(16);
    time.writeBigInt64LE(micros / 1_000_000n, 0);
    time.writeBigInt64LE(micros % 1_000_000n, 8);
    for (const option of [SO_RCVTIMEO, SO_SNDTIMEO])
      setsockopt(this.descriptor, SOL_SOCKET, option, time, time.length);
  }

  /** Sends all of `bytes`, and with their first the descriptors; the other side has duplicates of them. */
  send(bytes: Uint8Array, descriptors: readonly number[] = []): void {
    let at = descriptors.length === 0 ? 0 : this.#sendWith(bytes, descriptors);
    while (at < bytes.length)
      at += send(this.descriptor, at === 0 ? bytes : bytes.subarray(at), bytes.length - at, MSG_NOSIGNAL);
  }

  /** Fills all of `bytes`; false when the other side has closed the socket before. */
  receive(bytes: Uint8Array): boolean {
    for (let at = this.#looked(bytes) ?? 0; at < bytes.length; ) {
      const rest = at === 0 ? bytes : bytes.subarray(at);
      const count = recv(this.descriptor, rest, rest.length, MSG_WAITALL);
      if (count === 0) return false;
      at += count;
    }
    return true;
  }

  /** Waits for something, and takes what has come, up to the length of `bytes`; 0 when the other side has closed the socket. */
  next(bytes: Uint8Array): number {
    return recv(this.descriptor, bytes, bytes.length, 0);
  }

  /** What has come, up to the length of `bytes`; 0 when nothing has, undefined when the other side has closed the socket. */
  take(bytes: Uint8Array): number | undefined {
    const count = recvNow(this.descriptor, bytes, bytes.length, MSG_DONTWAIT);
    return count === 0 ? undefined : (count ?? 0);
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
    this.#scratch[Symbol.dispose]();
  }

  /** As `recv`; undefined where nothing has come soon. */
  #looked(bytes: Uint8Array): number | undefined {
    if (this.#waitsAsleep > 0) {
      this.#waitsAsleep--;
      return undefined;
    }
    for (let looks = 0; looks < LOOKS; looks++) {
      const count = recvNow(this.descriptor, bytes, bytes.length, MSG_DONTWAIT);
      if (count !== undefined) return count;
    }
    this.#waitsAsleep = WAITS_ASLEEP;
    return undefined;
  }

  #sendWith(bytes: Uint8Array, descriptors: readonly number[]): number {
    const { bytes: scratch } = this.#scratch;
    const count = Math.min(bytes.length, SCRATCH_BYTES - PLACE.bytes);
    const data = new DataView(scratch.buffer, scratch.byteOffset);
    const base = koffi.address(scratch);
    const controlBytes = CONTROL_HEADER_BYTES + 4 * descriptors.length;
    scratch.fill(0, PLACE.header, PLACE.bytes);
    scratch.set(count === bytes.length ? bytes : bytes.subarray(0, count), PLACE.bytes);
    const put64 = (at: number, value: bigint): void => data.setBigUint64(at, value, true);
    put64(PLACE.header + 16, base + BigInt(PLACE.vector));
    put64(PLACE.header + 24, 1n);
    put64(PLACE.header + 32, base + BigInt(PLACE.control));
    put64(PLACE.header + 40, BigInt(Math.ceil(controlBytes / 8) * 8));
    put64(PLACE.vector, base + BigInt(PLACE.bytes));
    put64(PLACE.vector + 8, BigInt(count));
    put64(PLACE.control, BigInt(controlBytes));
    data.setInt32(PLACE.control + 8, SOL_SOCKET, true);
    data.setInt32(PLACE.control + 12, SCM_RIGHTS, true);
    for (const [index, each] of descriptors.entries())
      data.setInt32(PLACE.control + CONTROL_HEADER_BYTES + 4 * index, each, true);
    return sendmsg(this.descriptor, scratch, MSG_NOSIGNAL);
  }
}
