/**
 * What a link is like, as data: known before it is connected, from its settings and from what its preparation found. The
 * suite in `test/contract` holds each trait against behaviour, and a bench states its needs by them.
 */
export interface Traits {
  /** `stepped`: time moves only when the host asks for it, and the same seed gives the same cycles. */
  readonly time: "stepped" | "wall";
  /** `message`: what reaches the host is that the line rose; nobody can ask whether it is still high. */
  readonly interrupts: "level" | "message";
  /** How many interrupts the device has: vectors 0 to one less. */
  readonly vectors: number;
  /**
   * What the device may touch is checked in units of `readUnit` and `writeUnit` bytes, aligned to their size: allowed
   * is what any byte of a unit allows. `reportsFaults`: a refused access is an event, too. `unchecked`: the device may
   * touch everything.
   */
  readonly windows:
    | { readonly readUnit: number; readonly writeUnit: number; readonly reportsFaults: boolean }
    | "unchecked";
  /** `silent`: a read of nothing is all ones, a write to nothing vanishes (PCIe). */
  readonly registerErrors: "reported" | "silent";
  /**
   * Which accesses of the device to host memory are events: each burst, each request of a bridge, or none. Where they are,
   * the bytes that it writes are events for who asks for them.
   */
  readonly observes: "bursts" | "requests" | "nothing";
  /** The device is held to the rules of its bus: each breach is an event of kind `violation`. */
  readonly busRules: boolean;
  /** `link.errors` is there. */
  readonly errors: boolean;
  /** `link.waves` is there. */
  readonly waves: boolean;
  /** `link.signals` is there. */
  readonly signals: boolean;
  /** Bits of the widest register access. */
  readonly registerBits: 32 | 64;
  /** `one`: a second process cannot open the device at the same time. */
  readonly users: "many" | "one";
}

/** How fast a connection is; a figure of the connection, not of the kind of link. Limits of waits are made of it. */
export interface Pace {
  /** Device time that the slowest register access takes, in milliseconds. */
  readonly accessMs: number;
  /** Bytes per second of device time that the device moves to or from host memory, at least. */
  readonly bytesPerSecond: number;
}
