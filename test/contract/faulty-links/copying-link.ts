import type { Link } from "../../../src/bus/link.ts";
import type { OpenWindow, Window } from "../../../src/bus/window.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

/** When bytes cross between the host's memory and the device's; by default as the laws of memory ask. */
export interface Copying {
  /** The host's bytes of a window that opens. */
  atOpening?(window: Window): boolean;
  /** What the host has changed in an open window, at a posted write or at an awaited operation. */
  sends?(window: Window, call: Call): boolean;
  /** What the device has changed in an open window, when an operation resolves or the window closes. */
  fetches?(window: Window, call: Call | "close"): boolean;
  /** Whole windows cross, not what has changed in them. */
  readonly isWhole?: boolean;
  /** Bytes of a unit that crosses whole. */
  readonly unit?: number;
  /** The host's memory goes when the link closes. */
  readonly isDetached?: boolean;
}

export type Call = "posted write" | "readRegister" | "perform" | "idle" | "wait";

/** The host's memory is a copy of the simulation's; what is in open windows crosses with the calls. */
export function copyingLink(open: ContractLink["open"], copying: Copying = {}): ContractLink {
  return { open: async (seed) => copyingMembers(await open(seed), copying) };
}

function copyingMembers(link: Link, copying: Copying): Link {
  const {
    atOpening = () => true,
    sends = ({ use }) => use === "shared",
    fetches = (_window, call) => call !== "posted write",
    isWhole = false,
    unit = 1,
  } = copying;
  const device = link.memory.bytes;
  // The simulation's memory is all zeros, too.
  const host = new Uint8Array(device.length);
  /** What both had when bytes crossed last. */
  const common = new Uint8Array(device.length);
  const memory = new PhysicalMemory(host, link.memory.banks);
  const live = new Set<OpenWindow>();

  const cross = (window: Window, from: Uint8Array, to: Uint8Array): void => {
    const start = memory.offsetOf(window.physical, window.lengthBytes);
    const [first, last] = [start - (start % unit), start + window.lengthBytes];
    for (let at = first; at < last || at % unit !== 0; at++) {
      const isNew = from[at] !== common[at];
      if (!isWhole && !isNew && unit === 1) continue;
      to[at] = from[at] as number;
      common[at] = from[at] as number;
    }
  };
  const send = (call: Call): void => {
    for (const window of live) if (sends(window, call)) cross(window, host, device);
  };
  const fetch = (call: Call): void => {
    for (const window of live) if (fetches(window, call)) cross(window, device, host);
  };
  const around = async <T>(call: Call, operation: () => Promise<T>): Promise<T> => {
    send(call);
    try {
      return await operation();
    } finally {
      fetch(call);
    }
  };

  return replaced(link, {
    memory,
    windows: {
      live,
      open: (window) => {
        const opened = link.windows.open(window);
        if (atOpening(window)) cross(window, host, device);
        const own: OpenWindow = replaced(opened, {
          close: () => {
            if (live.delete(own) && fetches(window, "close")) cross(window, device, host);
            opened.close();
          },
        });
        live.add(own);
        return own;
      },
    },
    writeRegister: (address, value) => {
      send("posted write");
      link.writeRegister(address, value);
    },
    readRegister: (address) => around("readRegister", () => link.readRegister(address)),
    perform: (operations) => around("perform", () => link.perform(operations)),
    idle: (cycles) => around("idle", () => link.idle(cycles)),
    listen: (options) => {
      const listener = link.listen(options);
      return { wait: (limit, signal) => around("wait", () => listener.wait(limit, signal)) };
    },
    [Symbol.asyncDispose]: async () => {
      await link[Symbol.asyncDispose]();
      if (copying.isDetached && host.byteLength > 0)
        structuredClone(host.buffer, { transfer: [host.buffer] });
    },
  });
}
