import type { ErrorInjection } from "../../../src/bus/error-injection.ts";
import { logicalAddress } from "../../../src/core/address.ts";
import { changed, claiming, type FaultyLink, replaced } from "./faulty-link.ts";
import { reporting } from "./faulty-windows.ts";

/** The injection of errors is another. */
function injecting(change: (errors: ErrorInjection) => Partial<ErrorInjection>): FaultyLink["spoil"] {
  return changed(({ errors }) => ({ errors: replaced(errors!, change(errors!)) }));
}

const ofWrites = "an address that fails answers SLVERR to each write of it, and moves no data";
const ofReads = "an address that fails answers SLVERR to each read of it, and moves no data";
const counted = "the beat that is counted fails among reads, once";
const limit = "as many addresses fail at a time as it says, and one more is refused";
const nothing = () => undefined;

export const faultyErrors: readonly FaultyLink[] = [
  {
    name: "errors that were asked for never come",
    killer: ofReads,
    spoil: injecting(() => ({ at: () => nothing })),
  },
  {
    name: "errors of writes never come",
    killer: ofWrites,
    spoil: injecting((errors) => ({
      at: (address, direction, response) =>
        direction === "read" ? errors.at(address, direction, response) : nothing,
    })),
  },
  {
    name: "errors of reads never come",
    killer: "the beat that is counted fails among reads, once",
    spoil: injecting((errors) => ({
      afterBeats: (beats, direction, response) => {
        if (direction === "write") errors.afterBeats(beats, direction, response);
      },
    })),
  },
  ...(["read", "write"] as const).map(
    (direction): FaultyLink => ({
      name: `an address that fails for ${direction}s fails in both directions`,
      killer: `an address that fails for ${direction}s serves the other direction`,
      spoil: injecting((errors) => ({
        at: (address, asked, response) => {
          const directions = asked === direction ? (["read", "write"] as const) : [asked];
          const releases = directions.map((each) => errors.at(address, each, response));
          return () => {
            for (const release of releases) release();
          };
        },
      })),
    }),
  ),
  ...(["read", "write"] as const).map(
    (direction): FaultyLink => ({
      name: `all errors of ${direction}s are SLVERR`,
      killer: `an address that fails answers DECERR to each ${direction} of it`,
      spoil: injecting((errors) => ({
        at: (address, asked, response) =>
          errors.at(address, asked, asked === direction ? "SLVERR" : response),
      })),
    }),
  ),
  {
    name: "the whole page of an address fails",
    killer: ofReads,
    spoil: injecting((errors) => ({
      at: (address, direction, response) => errors.at(logicalAddress(address & ~0xfffn), direction, response),
    })),
  },
  {
    name: "an address fails once",
    killer: ofReads,
    spoil: injecting((errors) => ({
      at: (_address, direction, response) => {
        errors.afterBeats(9, direction, response);
        return nothing;
      },
    })),
  },
  {
    name: "an address fails for good",
    killer: ofWrites,
    spoil: injecting((errors) => ({
      at: (address, direction, response) => {
        errors.at(address, direction, response);
        return nothing;
      },
    })),
  },
  {
    name: "the beat after the one that is counted fails",
    killer: counted,
    spoil: injecting((errors) => ({
      afterBeats: (beats, direction, response) => errors.afterBeats(beats + 1, direction, response),
    })),
  },
  {
    name: "a counted beat fails in both directions",
    killer: "the beat that is counted fails among writes, once",
    spoil: injecting((errors) => ({
      afterBeats: (beats, _direction, response) => {
        errors.afterBeats(beats, "read", response);
        errors.afterBeats(beats, "write", response);
      },
    })),
  },
  {
    name: "the first request for a counted beat counts",
    killer: counted,
    spoil: injecting((errors) => {
      let isAsked = false;
      return {
        afterBeats: (beats, direction, response) => {
          if (!isAsked) errors.afterBeats(beats, direction, response);
          isAsked = true;
        },
      };
    }),
  },
  {
    name: "errors come without an event",
    killer: "each error that was asked for is an event",
    spoil: reporting((event) => (event.kind === "injected-error" ? [] : [event])),
  },
  {
    name: "errors are events of the other direction",
    killer: "each error that was asked for is an event",
    spoil: reporting((event) => [event.kind === "injected-error" ? { ...event, direction: "read" } : event]),
  },
  {
    name: "an address that fails replaces the one before",
    killer: limit,
    spoil: injecting((errors) => {
      let release: () => void = nothing;
      return {
        at: (address, direction, response) => {
          release();
          release = errors.at(address, direction, response);
          return release;
        },
      };
    }),
  },
  {
    name: "an address too many is ignored",
    killer: limit,
    spoil: injecting((errors) => ({
      at: (address, direction, response) => {
        try {
          return errors.at(address, direction, response);
        } catch {
          return nothing;
        }
      },
    })),
  },
  {
    name: "more addresses are promised than can fail",
    killer: limit,
    spoil: injecting((errors) => ({ addresses: errors.addresses + 1 })),
  },
  {
    name: "errors are promised where there is no injection",
    killer: "members are there exactly where the traits say so",
    spoil: changed(() => ({ errors: undefined })),
  },
  {
    name: "injection is there where the traits say that it is not",
    killer: "members are there exactly where the traits say so",
    spoil: claiming({ errors: false }),
  },
  {
    name: "an address fails from itself on, not with the 8 bytes that it is in",
    killer: ofReads,
    spoil: injecting((errors) => ({
      at: (address, direction, response) =>
        address % 8n === 0n ? errors.at(address, direction, response) : nothing,
    })),
  },
  {
    name: "an address that has been released is released again, with the one that took its place",
    killer: limit,
    spoil: injecting((errors) => {
      const places: ((() => void) | undefined)[] = new Array(errors.addresses).fill(undefined);
      return {
        at: (...args) => {
          const place = places.indexOf(undefined);
          if (place < 0) throw new RangeError("all are in use");
          places[place] = errors.at(...args);
          return () => {
            places[place]?.();
            places[place] = undefined;
          };
        },
      };
    }),
  },
];
