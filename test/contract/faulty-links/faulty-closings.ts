import type { Link } from "../../../src/bus/link.ts";
import type { OpenWindow } from "../../../src/bus/window.ts";
import { turn } from "../suite/contract-context.ts";
import { changed, closedBy, type FaultyLink, replaced } from "./faulty-link.ts";
import { page } from "./faulty-windows.ts";

/** Windows close otherwise. */
function closing(close: (window: OpenWindow, link: Link) => void): FaultyLink["spoil"] {
  return changed((link) => ({ windows: closedBy(link, (window) => () => close(window, link)) }));
}

const twoOnOnePage = "two windows on one page are two";

export const faultyClosings: readonly FaultyLink[] = [
  {
    name: "closing a window does nothing",
    killer: "closing a window leaves another on the same unit open, for reads",
    spoil: closing(() => undefined),
  },
  ...(["read", "write"] as const).map(
    (direction): FaultyLink => ({
      name: `a window for ${direction}s closes with the next call`,
      killer: `after a window is closed in the middle of a transfer no ${direction} is served in it`,
      spoil: changed((link) => {
        const late: OpenWindow[] = [];
        const closeLate = () => {
          for (const window of late.splice(0)) window.close();
        };
        return {
          windows: closedBy(link, (window) => () => {
            if (window.access === direction) late.push(window);
            else window.close();
          }),
          readRegister: (address) => {
            closeLate();
            return link.readRegister(address);
          },
        };
      }),
    }),
  ),
  ...(["read", "write"] as const).map(
    (direction): FaultyLink => ({
      name: `the device is served ${direction}s in a window that is closed meanwhile, and each is a fault`,
      killer: `after a window is closed in the middle of a transfer no ${direction} is served in it`,
      spoil: changed((link) => {
        const late: OpenWindow[] = [];
        return {
          windows: closedBy(link, (window) => () => void late.push(window)),
          idle: async (cycles) => {
            await link.idle(cycles);
            for (const window of late.splice(0)) window.close();
          },
          onEvent: (listener, options) =>
            link.onEvent((event) => {
              listener(event);
              if (event.kind !== "access" || late.length === 0) return;
              const { cycle, address } = event;
              if (event.direction === direction) listener({ kind: "fault", cycle, direction, address });
            }, options),
        };
      }),
    }),
  ),
  {
    name: "a window closes a turn of the event loop later",
    killer: "after a window is closed in the middle of a transfer no write is served in it",
    spoil: closing((window) => void turn().then(() => window.close())),
  },
  {
    name: "a window closes when device time has passed",
    killer: "after a window is closed in the middle of a transfer no write is served in it",
    spoil: closing((window, link) => void link.idle(64).finally(() => window.close())),
  },
  {
    name: "closing a window closes all of its page",
    killer: twoOnOnePage,
    spoil: changed((link) => {
      const open = new Set<OpenWindow>();
      return {
        windows: closedBy(link, (window) => {
          open.add(window);
          return () => {
            for (const each of open) if (page(each.logical) === page(window.logical)) each.close();
          };
        }),
      };
    }),
  },
  ...(["read", "write"] as const).map(
    (direction): FaultyLink => ({
      name: `closing a window takes ${direction}s away from those that it overlaps`,
      killer: `closing a window leaves another on the same unit open, for ${direction}s`,
      spoil: changed((link) => {
        const open = new Set<OpenWindow>();
        const end = ({ logical, lengthBytes }: OpenWindow) => logical + BigInt(lengthBytes);
        return {
          windows: closedBy(link, (window) => {
            open.add(window);
            return () => {
              window.close();
              for (const other of open) {
                const overlaps = other.logical < end(window) && window.logical < end(other);
                if (other.access === direction && overlaps) other.close();
              }
            };
          }),
        };
      }),
    }),
  ),
  {
    name: "closing a window twice closes another of its range",
    killer: twoOnOnePage,
    spoil: changed((link) => {
      const open: OpenWindow[] = [];
      return {
        windows: closedBy(link, (window) => {
          open.push(window);
          return () => {
            const index = open.findIndex(({ logical }) => logical === window.logical);
            if (index >= 0) open.splice(index, 1)[0]!.close();
          };
        }),
      };
    }),
  },
  {
    name: "a window stays open while another is on its page",
    killer: twoOnOnePage,
    spoil: closing((window, { windows }) => {
      const others = [...windows.live].filter(({ logical }) => page(logical) === page(window.logical));
      if (others.length <= 1) window.close();
    }),
  },
  {
    name: "closing a window closes those of other directions on its unit",
    killer: "closing a window leaves another on the same unit open, for reads",
    spoil: changed((link) => {
      const open = new Set<OpenWindow>();
      return {
        windows: closedBy(link, (window) => {
          open.add(window);
          return () => {
            for (const each of open) if (each.logical === window.logical) each.close();
          };
        }),
      };
    }),
  },
  {
    name: "there is room for 16 windows, and the oldest makes way",
    killer: "many windows are open at a time, and are closed in any order",
    spoil: changed((link) => {
      const open: OpenWindow[] = [];
      return {
        windows: replaced(link.windows, {
          open: (asked) => {
            open.push(link.windows.open(asked));
            if (open.length > 16) open.shift()!.close();
            return open.at(-1)!;
          },
        }),
      };
    }),
  },
  {
    name: "windows close in the order of their opening",
    killer: "many windows are open at a time, and are closed in any order",
    spoil: changed((link) => {
      const open: OpenWindow[] = [];
      return {
        windows: closedBy(link, (window) => {
          open.push(window);
          return () => open.shift()?.close();
        }),
      };
    }),
  },
  {
    name: "what the device writes to a window that is closed meanwhile is dropped, and nobody hears of it",
    killer: "after a window is closed in the middle of a transfer no write is served in it",
    spoil: changed((link) => ({
      onEvent: (listener) =>
        link.onEvent((event) => {
          if (event.kind !== "fault" || event.direction !== "write") listener(event);
        }),
    })),
  },
];
