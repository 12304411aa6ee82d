import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import type { Copying } from "./copying-link.ts";
import { copyingLink } from "./copying-link.ts";
import { changed, type FaultyLink, replaced } from "./faulty-link.ts";

/** The copying link, which crosses otherwise. */
function copied(copying: Copying): Pick<FaultyLink, "from" | "holdsOn" | "spoil"> {
  return { from: "level", holdsOn: "copying", spoil: (sound) => copyingLink(sound.open, copying) };
}

const written = (what: string) => `what the device wrote is in memory when ${what} resolves, in a`;

export const faultyMemory: readonly FaultyLink[] = [
  {
    name: "what the device writes never arrives",
    killer: `${written("a read")} mapped window`,
    ...copied({ fetches: () => false }),
  },
  {
    name: "what the device writes arrives when the window is closed",
    killer: `${written("a read")} mapped window`,
    ...copied({ fetches: (_window, call) => call === "close" }),
  },
  ...(
    [
      ["wait", "a wait for an interrupt"],
      ["idle", "an idle"],
      ["readRegister", "a read"],
      ["perform", "a list with a wait"],
    ] as const
  ).flatMap(([without, what]) =>
    (["mapped", "shared"] as const).map(
      (use): FaultyLink => ({
        name: `what the device writes to ${use} windows does not arrive with ${what}`,
        killer: `${written(what)} ${use} window`,
        ...copied({
          fetches: (window, call) => call !== "posted write" && (window.use !== use || call !== without),
        }),
      }),
    ),
  ),
  {
    name: "what the device writes to shared windows arrives when they are closed",
    killer: `${written("a wait for an interrupt")} shared window`,
    ...copied({ fetches: ({ use }, call) => use === "mapped" || call === "close" }),
  },
  {
    name: "what the device writes to mapped windows never arrives",
    killer: `${written("a list with a wait")} mapped window`,
    ...copied({ fetches: ({ use }) => use === "shared" }),
  },
  {
    name: "what the host wrote never arrives",
    killer: "the device reads what is in a mapped window as of its opening",
    ...copied({ atOpening: () => false, sends: () => false }),
  },
  {
    name: "what the host wrote to a mapped window arrives at its first opening alone",
    killer: "the device reads what is in a mapped window as of its opening, each time",
    from: "level",
    holdsOn: "copying",
    spoil: (sound) => {
      const known = new Set<bigint>();
      return copyingLink(sound.open, {
        atOpening: ({ physical }) => !known.has(physical) && known.add(physical).size > 0,
      });
    },
  },
  {
    name: "what the host wrote to a shared window counts as of its opening",
    killer: "the device reads what the host wrote to a shared window before a posted write",
    ...copied({ sends: () => false }),
  },
  {
    name: "what the host wrote to a shared window arrives with reads, not with posted writes",
    killer: "the device reads what the host wrote to a shared window before a posted write",
    ...copied({ sends: ({ use }, call) => use === "shared" && call === "perform" }),
  },
  {
    name: "whole windows cross from the host and undo what the device wrote",
    killer: "host and device write side by side in a shared window",
    ...copied({ isWhole: true, sends: () => true, fetches: (_window, call) => call === "readRegister" }),
  },
  {
    name: "whole windows cross from the device and undo what the host wrote",
    killer: "host and device write side by side in a shared window",
    ...copied({ isWhole: true, sends: () => false }),
  },
  {
    name: "bytes cross in words, with those beside the window",
    killer: "bytes cross in both directions at any alignment, and none beside them",
    ...copied({ unit: 64, atOpening: ({ access }) => access === "read" }),
  },
  {
    name: "the memory goes when the link closes",
    killer: "views of memory are the memory",
    ...copied({ isDetached: true }),
  },
  {
    name: "a view of memory is a copy",
    killer: "views of memory are the memory",
    spoil: changed((link) => {
      const { memory } = link;
      return {
        memory: replaced(memory, { view: (address, length) => memory.view(address, length).slice() }),
      };
    }),
  },
  {
    name: "the memory that the host sees is another one",
    killer: "the device reads what is in a mapped window as of its opening",
    spoil: changed(({ memory: { bytes, banks } }) => ({
      memory: new PhysicalMemory(new Uint8Array(bytes.length), banks),
    })),
  },
  {
    name: "the bytes of memory are a view of another block",
    killer: "views of memory are the memory",
    spoil: changed(({ memory }) => ({ memory: replaced(memory, { bytes: memory.bytes.slice() }) })),
  },
  {
    name: "logical addresses have 32 bits",
    killer: "each bank of memory is reached by all bits of its address",
    spoil: changed(({ windows, memory }) => ({
      windows: replaced(windows, {
        open: (window) => {
          const isFar = window.logical >= 2n ** 32n && window.lengthBytes < 2 ** 24;
          const logical = logicalAddress(memory.banks[0]!.base + (window.logical & 0xff_ffffn));
          return windows.open(isFar ? { ...window, logical } : window);
        },
      }),
    })),
  },
  {
    name: "all banks are the first",
    killer: "each bank of memory is reached by all bits of its address",
    spoil: changed(({ windows, memory }) => ({
      windows: replaced(windows, {
        open: (window) => {
          const isFar = window.physical >= 2n ** 32n && window.lengthBytes < 2 ** 24;
          const physical = physicalAddress(memory.banks[0]!.base + (window.physical & 0xff_ffffn));
          return windows.open(isFar ? { ...window, physical } : window);
        },
      }),
    })),
  },
  {
    name: "the physical address is taken for the logical one",
    killer: "a window's pages are at their physical addresses",
    spoil: changed(({ windows }) => ({
      windows: replaced(windows, {
        open: (window) => windows.open({ ...window, logical: logicalAddress(window.physical) }),
      }),
    })),
  },
  {
    name: "the logical address is taken for the physical one",
    killer: "a window's pages are at their physical addresses",
    spoil: changed(({ windows, memory }) => ({
      windows: replaced(windows, {
        open: (window) => {
          const isInRam = memory.banks.some(
            ({ base }) => window.logical >= base && window.logical < base + 0x100_0000n,
          );
          return windows.open(isInRam ? { ...window, physical: physicalAddress(window.logical) } : window);
        },
      }),
    })),
  },
];
