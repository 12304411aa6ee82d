import {
  LinkClosedError,
  LinkLostError,
  NoAnswerError,
  RegisterAccessError,
} from "../../../src/bus/errors.ts";
import type { FaultyLink } from "./faulty-link.ts";
import { type Losing, losableLink } from "./losable-link.ts";
import { type Renewal, reusedLink } from "./reused-link.ts";

/** A link that can be lost, badly. */
function losing(how: Losing): Pick<FaultyLink, "holdsOn" | "spoil"> {
  return { holdsOn: "losable", spoil: (sound) => losableLink(sound.open, how) };
}

/** One device for all, of which not everything is made fresh. */
function keeping(renewal: Renewal): Pick<FaultyLink, "holdsOn" | "spoil"> {
  return { holdsOn: "reused", spoil: (sound) => reusedLink(sound.open, renewal) };
}

const mute = "a link whose device does not answer rejects what is parked and every operation";
const lost = "a lost link rejects what is parked and every operation, with one error for all";

/** Links that are lost, and devices that are not fresh. */
export const faultyFreshness: readonly FaultyLink[] = [
  {
    name: "a lost link rejects with an error of its own each time",
    killer: lost,
    ...losing({ errorOf: (name) => new LinkLostError(name, "lost") }),
  },
  {
    name: "a lost link blames the device",
    killer: lost,
    ...losing({ errorOf: (name) => new RegisterAccessError(name, "read", 0, "no answer") }),
  },
  {
    name: "a lost link is a closed one",
    killer: lost,
    ...losing({ errorOf: (name) => new LinkClosedError(name) }),
  },
  ...["read", "list", "idle", "wait"].map(
    (operation): FaultyLink => ({
      name: `a lost link comes back for an operation: ${operation}`,
      killer: lost,
      ...losing({ answers: (each) => each === operation }),
    }),
  ),
  { name: "a lost link leaves parked what is parked", killer: lost, ...losing({ leavesParked: true }) },
  {
    name: "an access that is not answered loses the link",
    killer: mute,
    ...losing({ errorOf: (name) => new LinkLostError(name, "no answer") }),
  },
  {
    name: "each access that is not answered is an error of its own",
    killer: mute,
    ...losing({ errorOf: (name) => new NoAnswerError(name, "read", 0, "10 ms") }),
  },
  {
    name: "the access that is not answered is not named",
    killer: mute,
    spoil: (sound) => {
      const error = new NoAnswerError("wasm", "read", 4, "10 ms");
      return losableLink(sound.open, { errorOf: () => error });
    },
    holdsOn: "losable",
  },
  {
    name: "an access that is not answered leaves parked what is parked",
    killer: mute,
    ...losing({ leavesParked: true }),
  },
  {
    name: "after an access that is not answered others are tried",
    killer: mute,
    ...losing({ answers: (each) => each !== "read" }),
  },
  {
    name: "a device that does not answer is left so for the next test",
    killer: "a link whose device does not answer closes, and the next is fresh and whole",
    from: "losable",
    spoil: (sound) => {
      let isMute = false;
      return {
        ...sound,
        open: async (seed) => {
          const link = await sound.open(seed);
          if (isMute) await sound.mute?.(link);
          return link;
        },
        mute: async (link) => {
          isMute = true;
          await sound.mute?.(link);
        },
      };
    },
  },
  {
    name: "a lost link is lost for good, also for the next test",
    killer: "a lost link closes, and the next is fresh and whole",
    from: "losable",
    spoil: (sound) => {
      let isLost = false;
      return {
        open: async (seed) => {
          if (isLost) throw new LinkLostError("wasm", "the cable is pulled");
          return await sound.open(seed);
        },
        lose: async (link) => {
          isLost = true;
          await sound.lose?.(link);
        },
      };
    },
  },
  {
    name: "registers are kept from test to test",
    killer: "fresh: every register is as after a reset",
    ...keeping({ registers: false }),
  },
  {
    name: "SCRATCH and IRQ_ENABLE are kept from test to test",
    killer: "fresh: SCRATCH and IRQ_ENABLE are 0",
    ...keeping({ registers: false }),
  },
  {
    name: "an interrupt is pending from the test before",
    killer: "fresh: no interrupt is pending",
    ...keeping({ registers: false }),
  },
  {
    name: "a transfer of the test before goes on",
    killer: "fresh: nothing of a transfer that was cut off in its middle arrives later",
    ...keeping({ registers: false }),
  },
  {
    name: "windows are open from the test before",
    killer: "fresh: no window is open",
    ...keeping({ windows: false }),
  },
  {
    name: "listeners of the test before hear on",
    killer: "fresh: no listener of before hears of it",
    ...keeping({ events: false }),
  },
  {
    name: "the error of a posted write goes to the next test",
    killer: "fresh: no error of a posted write of before is reported",
    ...keeping({ postedErrors: false, registers: false }),
  },
  {
    name: "errors of host memory are left for the next test",
    killer: "fresh: no error of host memory that was asked for before is left",
    ...keeping({ injectedErrors: false }),
  },
];
