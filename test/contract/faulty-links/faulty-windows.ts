import type { LinkEvent } from "../../../src/bus/event.ts";
import type { Link } from "../../../src/bus/link.ts";
import type { OpenWindow, Window } from "../../../src/bus/window.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { changed, type FaultyLink, replaced } from "./faulty-link.ts";

type Open = (window: Window) => OpenWindow;

/** Windows open otherwise. */
export function opening(change: (open: Open, link: Link) => Open): FaultyLink["spoil"] {
  return changed((link) => {
    const open: Open = (window) => link.windows.open(window);
    return { windows: replaced(link.windows, { open: change(open, link) }) };
  });
}

/** Events are others, or none. */
export function reporting(change: (event: LinkEvent) => readonly LinkEvent[]): FaultyLink["spoil"] {
  return changed((link) => ({
    onEvent: (listener) =>
      link.onEvent((event) => {
        for (const each of change(event)) listener(each);
      }),
  }));
}

const PAGE = 4096n;
const refusesBad = "refuses a window that is none at once, and opens nothing";

export function page(address: bigint): bigint {
  return address & ~(PAGE - 1n);
}

export const faultyWindows: readonly FaultyLink[] = [
  {
    name: "a window for reads lets the device write, too",
    killer: "a window of access read serves what it allows and refuses the rest",
    spoil: opening((open) => (window) => {
      return open(window.access === "read" ? { ...window, access: "read-write" } : window);
    }),
  },
  {
    name: "a window for writes lets the device read, too",
    killer: "a window of access write serves what it allows and refuses the rest",
    spoil: opening((open) => (window) => {
      return open(window.access === "write" ? { ...window, access: "read-write" } : window);
    }),
  },
  {
    name: "a window for both directions is for reads",
    killer: "a window of access read-write serves what it allows and refuses the rest",
    spoil: opening((open) => (window) => {
      return open(window.access === "read-write" ? { ...window, access: "read" } : window);
    }),
  },
  {
    name: "the directions of windows are the host's",
    killer: "a window of access write serves what it allows and refuses the rest",
    spoil: opening((open) => (window) => {
      const access = ({ read: "write", write: "read", "read-write": "read-write" } as const)[window.access];
      return open({ ...window, access });
    }),
  },
  {
    name: "every access of the device is served",
    killer: "without a window the device is served nothing",
    spoil: changed((link) => {
      for (const { base, lengthBytes } of link.memory.banks) {
        const place = { logical: logicalAddress(base), physical: base, lengthBytes };
        link.windows.open({ ...place, access: "read-write", use: "shared" });
      }
      const live = new Set<Window>();
      const { windows } = link;
      return {
        windows: {
          live,
          open: (window) => {
            const opened = windows.open(window);
            live.add(opened);
            return replaced(opened, {
              close: () => {
                live.delete(opened);
                opened.close();
              },
            });
          },
        },
      };
    }),
  },
  {
    name: "windows are checked by page where words are promised",
    killer: "a window is checked in the unit of its trait: reads",
    spoil: opening((open) => (window) => {
      const bytes = Number(
        page(window.logical + BigInt(window.lengthBytes) + PAGE - 1n) - page(window.logical),
      );
      return Number.isNaN(bytes) || window.lengthBytes > 2 ** 24
        ? open(window)
        : open({
            ...window,
            logical: logicalAddress(page(window.logical)),
            physical: physicalAddress(page(window.physical)),
            lengthBytes: bytes,
          });
    }),
  },
  {
    name: "a window is a word longer",
    killer: "a window is checked in the unit of its trait: writes",
    spoil: opening((open) => (window) => open({ ...window, lengthBytes: window.lengthBytes + 8 })),
  },
  {
    name: "a window begins a word earlier",
    killer: "a window is checked in the unit of its trait: reads",
    spoil: opening((open) => (window) => {
      if (window.logical % PAGE < 8n || window.logical % PAGE !== window.physical % PAGE) return open(window);
      return open({
        ...window,
        logical: logicalAddress(window.logical - 8n),
        physical: physicalAddress(window.physical - 8n),
        lengthBytes: window.lengthBytes + 8,
      });
    }),
  },
  {
    name: "a window has its first page alone",
    killer: "bytes cross in both directions at any alignment",
    spoil: opening((open) => (window) => {
      const left = Number(PAGE - (window.logical % PAGE));
      return open({
        ...window,
        lengthBytes: window.lengthBytes > 2 ** 24 ? window.lengthBytes : Math.min(window.lengthBytes, left),
      });
    }),
  },
  {
    name: "windows that are none are opened",
    killer: refusesBad,
    spoil: opening((open) => (window) => {
      try {
        return open(window);
      } catch {
        return { ...window, close: () => undefined };
      }
    }),
  },
  {
    name: "a refused window is an error without a code",
    killer: refusesBad,
    spoil: opening((open) => (window) => {
      try {
        return open(window);
      } catch (error) {
        throw new RangeError((error as Error).message);
      }
    }),
  },
  {
    name: "a refused window is live",
    killer: refusesBad,
    spoil: changed((link) => {
      const refused = new Set<Window>();
      return {
        windows: {
          get live() {
            return new Set([...link.windows.live, ...refused]);
          },
          open: (window) => {
            refused.add(window);
            const opened = link.windows.open(window);
            refused.delete(window);
            return opened;
          },
        },
      };
    }),
  },
  {
    name: "no window is live",
    killer: "an open window is what it was asked to be",
    spoil: changed((link) => ({
      windows: { live: new Set<Window>(), open: (window) => link.windows.open(window) },
    })),
  },
  {
    name: "a closed window is live",
    killer: "an open window is what it was asked to be",
    spoil: changed((link) => {
      const live = new Set<Window>();
      return {
        windows: {
          live,
          open: (window) => {
            live.add(window);
            return link.windows.open(window);
          },
        },
      };
    }),
  },
  {
    name: "an open window does not keep its use",
    killer: "an open window is what it was asked to be",
    spoil: opening((open) => (window) => open({ ...window, use: "mapped" })),
  },
  {
    name: "faults are not reported",
    killer: "a refused access is a fault with its direction and address",
    spoil: reporting((event) => (event.kind === "fault" ? [] : [event])),
  },
  {
    name: "faults are reported of the other direction",
    killer: "a refused access is a fault with its direction and address",
    spoil: reporting((event) => {
      return [
        event.kind === "fault"
          ? { ...event, direction: event.direction === "read" ? "write" : "read" }
          : event,
      ];
    }),
  },
  {
    name: "faults are reported by their pages",
    killer: "a refused access is a fault with its direction and address",
    spoil: reporting((event) => {
      return [event.kind === "fault" ? { ...event, address: logicalAddress(page(event.address)) } : event];
    }),
  },
  {
    name: "each access is a fault, too",
    killer: "a refused access is a fault with its direction and address, and an allowed one is none",
    spoil: reporting((event) => (event.kind === "access" ? [event, { ...event, kind: "fault" }] : [event])),
  },
  {
    name: "a long window ends with a line of 256 bytes",
    killer: "a long window has its units and no more, for writes",
    spoil: opening((open) => (window) => {
      const over = (256 - (Number(window.logical % 256n) + window.lengthBytes)) % 256;
      const isLong = window.lengthBytes > 512 && window.lengthBytes < 2 ** 20;
      return open(isLong ? { ...window, lengthBytes: window.lengthBytes + ((over + 256) % 256) } : window);
    }),
  },
  {
    name: "a long window begins with a line of 256 bytes",
    killer: "a long window has its units and no more, for reads",
    spoil: opening((open) => (window) => {
      const before = window.logical % 256n;
      const isLong = window.lengthBytes > 512 && window.lengthBytes < 2 ** 20;
      if (!isLong || window.physical % 256n !== before) return open(window);
      return open({
        ...window,
        logical: logicalAddress(window.logical - before),
        physical: physicalAddress(window.physical - before),
        lengthBytes: window.lengthBytes + Number(before),
      });
    }),
  },
  {
    name: "the middle of a long window is not served",
    killer: "a long window has its units and no more, for reads",
    spoil: opening((open) => (window) => {
      if (!(window.lengthBytes > 512 && window.lengthBytes < 4096)) return open(window);
      const half = window.lengthBytes >> 1;
      const first = open({ ...window, lengthBytes: half - 8 });
      const rest = open({
        ...window,
        logical: logicalAddress(window.logical + BigInt(half + 8)),
        physical: physicalAddress(window.physical + BigInt(half + 8)),
        lengthBytes: window.lengthBytes - half - 8,
      });
      return replaced(first, {
        close: () => {
          first.close();
          rest.close();
        },
      });
    }),
  },
];
