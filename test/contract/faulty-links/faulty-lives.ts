import { LinkClosedError, LinkLostError, RegisterAccessError } from "../../../src/bus/errors.ts";
import type { Link } from "../../../src/bus/link.ts";
import { turn } from "../suite/contract-context.ts";
import { changed, closedBy, type FaultyLink, waitingAs } from "./faulty-link.ts";

/** What a closed link does otherwise. */
export function afterwards(
  change: (link: Link, isClosed: () => boolean) => Partial<Link>,
): FaultyLink["spoil"] {
  return changed((link) => {
    let isClosed = false;
    const close = async () => {
      isClosed = true;
      await link[Symbol.asyncDispose]();
    };
    // Assigned to, not spread: its getters stay getters.
    return Object.assign(
      change(link, () => isClosed),
      { [Symbol.asyncDispose]: close },
    );
  });
}

const closed = "after dispose every operation rejects as the link is closed";
const parked = "dispose rejects at once what is parked";
const whateverIsUnderWay = "dispose succeeds whatever is under way or has failed";

export const faultyLives: readonly FaultyLink[] = [
  {
    name: "a closed link goes on answering",
    killer: closed,
    spoil: changed(() => ({ [Symbol.asyncDispose]: async () => undefined })),
  },
  {
    name: "a closed link answers reads with the last value",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      readRegister: async (address) => (isClosed() ? 0 : await link.readRegister(address)),
    })),
  },
  {
    name: "a wait on a closed link yields false",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      listen: waitingAs(
        link,
        (wait) => async (cycles, signal) => !isClosed() && (await wait(cycles, signal)),
      ),
    })),
  },
  {
    name: "a list on a closed link does nothing and succeeds",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      perform: async (operations) => (isClosed() ? [] : await link.perform(operations)),
    })),
  },
  {
    name: "an idle of nothing on a closed link succeeds",
    killer: closed,
    spoil: changed((link) => ({
      idle: async (cycles) => {
        if (cycles > 0) await link.idle(cycles);
      },
    })),
  },
  {
    name: "an operation on a closed link never ends",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      readRegister: (address) => (isClosed() ? new Promise(() => undefined) : link.readRegister(address)),
    })),
  },
  {
    name: "a closed link is an error without a code",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      readRegister: async (address) => {
        if (isClosed()) throw new Error("the link is closed");
        return await link.readRegister(address);
      },
    })),
  },
  {
    name: "a closed link refuses as the device would",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      readRegister: async (address) => {
        if (isClosed()) throw new RegisterAccessError(link.name, "read", address, "the link is closed");
        return await link.readRegister(address);
      },
    })),
  },
  {
    name: "a closed link is a lost one",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      idle: async (cycles) => {
        if (isClosed()) throw new LinkLostError(link.name, "it is closed");
        await link.idle(cycles);
      },
    })),
  },
  {
    name: "dispose twice is an error",
    killer: closed,
    spoil: changed((link) => {
      let isClosed = false;
      return {
        [Symbol.asyncDispose]: async () => {
          if (isClosed) throw new LinkClosedError(link.name);
          isClosed = true;
          await link[Symbol.asyncDispose]();
        },
      };
    }),
  },
  {
    name: "closing a window after dispose is an error",
    killer: closed,
    spoil: afterwards((link, isClosed) => ({
      windows: closedBy(link, (window) => () => {
        if (isClosed()) throw new LinkClosedError(link.name);
        window.close();
      }),
    })),
  },
  {
    name: "dispose leaves waits parked",
    killer: parked,
    spoil: changed((link) => ({
      listen: waitingAs(
        link,
        (wait) => (cycles, signal) =>
          new Promise((resolve, reject) => {
            const unless = (error: Error) =>
              cycles > 1000 && error instanceof LinkClosedError ? undefined : reject(error);
            wait(cycles, signal).then(resolve, unless);
          }),
      ),
    })),
  },
  {
    name: "dispose leaves idles parked",
    killer: parked,
    spoil: changed((link) => ({
      idle: (cycles) =>
        new Promise((resolve, reject) => {
          const unless = (error: Error) =>
            cycles > 1000 && error instanceof LinkClosedError ? undefined : reject(error);
          link.idle(cycles).then(resolve, unless);
        }),
    })),
  },
  {
    name: "dispose lets parked waits run out first",
    killer: parked,
    spoil: changed((link) => {
      const waits = new Set<Promise<unknown>>();
      return {
        listen: waitingAs(link, (wait) => (cycles, signal) => {
          const begun = wait(cycles, signal);
          waits.add(begun);
          return begun;
        }),
        [Symbol.asyncDispose]: async () => {
          await Promise.allSettled(waits);
          await link[Symbol.asyncDispose]();
        },
      };
    }),
  },
  {
    name: "a parked wait yields false when the link closes",
    killer: parked,
    spoil: changed((link) => ({
      listen: waitingAs(
        link,
        (wait) => (cycles, signal) =>
          wait(cycles, signal).catch((error) => {
            if (cycles <= 1000 || !(error instanceof LinkClosedError)) throw error;
            return false;
          }),
      ),
    })),
  },
  {
    name: "dispose does what was posted, and fails as it does",
    killer: whateverIsUnderWay,
    spoil: changed((link) => ({
      [Symbol.asyncDispose]: async () => {
        const error = await link.idle(0).catch((caught) => caught);
        await link[Symbol.asyncDispose]();
        if (error instanceof RegisterAccessError) throw error;
      },
    })),
  },
  {
    name: "the device runs on after dispose",
    killer: whateverIsUnderWay,
    spoil: changed((link) => ({
      [Symbol.asyncDispose]: async () => {
        void turn()
          .then(() => link.idle(20_000))
          .catch(() => link.idle(20_000))
          .catch(() => undefined)
          .finally(() => link[Symbol.asyncDispose]());
      },
    })),
  },
];
