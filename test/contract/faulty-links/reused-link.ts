import { LinkClosedError } from "../../../src/bus/errors.ts";
import type { Link } from "../../../src/bus/link.ts";
import type { OpenWindow } from "../../../src/bus/window.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

/** What is made fresh between two uses of one device; all by default. */
export interface Renewal {
  readonly registers?: boolean;
  readonly windows?: boolean;
  readonly events?: boolean;
  readonly postedErrors?: boolean;
  readonly injectedErrors?: boolean;
}

const CONTROL = 0x1c;
const RESET = 2;
/** More beats than any test lets pass. */
const NEVER = 2 ** 31;

/**
 * One device for all, as on a board: `open` resets it by its own register, and what has been opened before is at its end.
 * Two at a time are two devices, so that no other test sees the difference.
 */
export function reusedLink(open: ContractLink["open"], renewal: Renewal = {}): ContractLink {
  const free: Device[] = [];
  return {
    open: async (seed) => {
      const device = free.pop() ?? { link: await open(seed), windows: new Set(), releases: new Set() };
      await renew(device, renewal);
      return useOf(device, renewal, () => free.push(device));
    },
  };
}

interface Device {
  readonly link: Link;
  readonly windows: Set<OpenWindow>;
  readonly releases: Set<() => void>;
}

async function renew({ link, windows, releases }: Device, renewal: Renewal): Promise<void> {
  const { registers = true, windows: closes = true, postedErrors = true, injectedErrors = true } = renewal;
  if (postedErrors) await link.readRegister(0).catch(() => undefined);
  if (registers) {
    link.writeRegister(CONTROL, RESET);
    while ((await link.readRegister(CONTROL).catch(() => RESET)) !== 0);
  }
  if (closes) for (const window of windows) window.close();
  if (!injectedErrors) return;
  for (const release of releases) release();
  for (const direction of ["read", "write"] as const) link.errors?.afterBeats(NEVER, direction, "SLVERR");
}

function useOf(device: Device, { events = true }: Renewal, end: () => void): Link {
  const { link, windows, releases } = device;
  const start = link.clock.cycle;
  const removals = new Set<() => void>();
  let isClosed = false;
  let closedAt: number | undefined;
  const closed = new LinkClosedError(link.name);
  let close: (error: Error) => void = () => undefined;
  const closing = new Promise<never>((_, reject) => {
    close = reject;
  });
  closing.catch(() => undefined);
  let underWay = 0;
  const guard = async <T>(operation: () => Promise<T>): Promise<T> => {
    if (isClosed) throw closed;
    underWay++;
    return await Promise.race([operation().finally(() => underWay--), closing]);
  };
  return replaced(link, {
    clock: {
      ...{ kind: link.clock.kind, frequencyHz: link.clock.frequencyHz },
      get cycle() {
        return (closedAt ?? link.clock.cycle) - start;
      },
    },
    windows: {
      get live() {
        return link.windows.live;
      },
      open: (window) => {
        const opened = link.windows.open(window);
        windows.add(opened);
        return opened;
      },
    },
    errors: replaced(link.errors!, {
      at: (...args) => {
        const release = link.errors!.at(...args);
        releases.add(release);
        return release;
      },
    }),
    writeRegister: (address, value) => {
      if (!isClosed || address % 4 !== 0) link.writeRegister(address, value);
    },
    readRegister: (address) => guard(() => link.readRegister(address)),
    perform: (operations) => guard(() => link.perform(operations)),
    idle: (cycles) => guard(() => link.idle(cycles)),
    listen: (options) => {
      const listener = link.listen(options);
      return {
        wait: (limit, signal) => guard(() => listener.wait(limit, signal)),
      };
    },
    onEvent: (listener, options) => {
      const remove = link.onEvent((event) => listener({ ...event, cycle: event.cycle - start }), options);
      removals.add(remove);
      return remove;
    },
    [Symbol.asyncDispose]: async () => {
      if (isClosed) return;
      isClosed = true;
      closedAt = link.clock.cycle;
      close(closed);
      if (events) for (const remove of removals) remove();
      // What is parked would go on: such a device is used no more.
      if (underWay > 0) await link[Symbol.asyncDispose]();
      else end();
    },
  });
}
