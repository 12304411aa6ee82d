import type { Link } from "../../../src/bus/link.ts";
import { changed, claiming, type FaultyLink, replaced } from "./faulty-link.ts";
import { afterwards } from "./faulty-lives.ts";

const members = "members are there exactly where the traits say so";
const wholeWaves = "waves are a whole file once the link is closed";
const constant = "what a link is like does not change";

export const faultyTraits: readonly FaultyLink[] = [
  {
    name: "a register access of 64 bits is promised and is not there",
    killer: members,
    spoil: claiming({ registerBits: 64 }),
  },
  { name: "waves are promised and are not there", killer: members, spoil: claiming({ waves: true }) },
  {
    name: "a trait has a value that no trait has",
    killer: members,
    spoil: claiming({ observes: "everything" as never }),
  },
  {
    name: "a link for many says that it is for one",
    killer: "as traits.users is one",
    holdsOn: "bare",
    spoil: claiming({ users: "one" }),
  },
  {
    name: "a link for one says that it is for many",
    killer: "links for many users are apart",
    from: "bare",
    holdsOn: "level",
    spoil: claiming({ users: "many" }),
  },
  {
    name: "two links have one device",
    killer: "links for many users are apart",
    spoil: (sound) => {
      let link: Promise<Link> | undefined;
      return { open: (seed) => (link ??= sound.open(seed)) };
    },
  },
  {
    name: "windows that check say that they do not",
    killer: "as traits.windows is unchecked",
    holdsOn: "bare",
    spoil: claiming({ windows: "unchecked" }),
  },
  {
    name: "windows that do not check say that they do",
    killer: "without a window the device is served nothing",
    from: "bare",
    holdsOn: "level",
    spoil: claiming({ windows: { readUnit: 8, writeUnit: 8, reportsFaults: false } }),
  },
  {
    name: "faults are reported where the traits say that they are not",
    killer: "as traits.windows.reportsFaults is false",
    holdsOn: "bare",
    spoil: claiming({ windows: { readUnit: 8, writeUnit: 8, reportsFaults: false } }),
  },
  ...[1, 4, 4096].flatMap((unit) =>
    (["read", "write"] as const).map(
      (direction): FaultyLink => ({
        name: `${direction}s are checked in 8 bytes where ${unit} are claimed`,
        killer: `a window is checked in the unit of its trait: ${direction}s`,
        spoil: claiming({
          windows: { readUnit: 8, writeUnit: 8, reportsFaults: true, [`${direction}Unit`]: unit },
        }),
      }),
    ),
  ),
  {
    name: "refused accesses are reported where the traits say that they are not",
    killer: "as traits.registerErrors is silent",
    holdsOn: "bare",
    spoil: claiming({ registerErrors: "silent" }),
  },
  {
    name: "refused accesses are silent where the traits say that they are reported",
    killer: "reports a refused read",
    from: "bare",
    holdsOn: "level",
    spoil: claiming({ registerErrors: "reported" }),
  },
  {
    name: "traits change when the link closes",
    killer: constant,
    spoil: afterwards((link, isClosed) => ({
      get traits() {
        return isClosed() ? { ...link.traits, time: "wall" as const } : link.traits;
      },
    })),
  },
  {
    name: "the pace of a transfer is 0",
    killer: constant,
    spoil: changed((link) => ({
      get pace() {
        return { ...link.pace, accessMs: 0 };
      },
    })),
  },
  {
    name: "bursts are called requests",
    killer: "each read ends after it began, with an event where the link sees bursts",
    spoil: claiming({ observes: "requests" }),
  },
  {
    name: "waves are there where the traits say that they are not",
    killer: members,
    from: "waves",
    spoil: claiming({ waves: false }),
  },
  {
    name: "the file of waves is not where it is said to be",
    killer: wholeWaves,
    from: "waves",
    spoil: changed(({ waves }) => ({ waves: replaced(waves!, { file: `${waves!.file}.gz` }) })),
  },
  {
    name: "the times of waves do not follow the cycles",
    killer: wholeWaves,
    from: "waves",
    spoil: changed(({ waves }) => ({ waves: replaced(waves!, { timeOf: () => 1000 }) })),
  },
];
