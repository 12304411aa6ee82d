import type { Link, Operation } from "../../../src/bus/link.ts";
import type { Window } from "../../../src/bus/window.ts";
import { logicalAddress } from "../../../src/core/address.ts";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

/** A link with the fewest gifts, as of a card behind an IOMMU that lets everything pass: sound, and most traits say no. */
export function bareLink(open: ContractLink["open"]): ContractLink {
  let isOpen = false;
  return {
    open: async (seed) => {
      if (isOpen) throw new Error("the device is in use");
      const link = bare(await open(seed), () => {
        isOpen = false;
      });
      isOpen = true;
      return link;
    },
  };
}

function isNowhere(operation: Operation): boolean {
  if (operation.kind === "wait" || operation.address % 4 !== 0) return false;
  return operation.address >= REGISTER_SPACE_BYTES && operation.address < 2 ** 30;
}

function bare(link: Link, end: () => void): Link {
  const live = new Set<Window>();
  for (const { base, lengthBytes } of link.memory.banks) {
    const place = { logical: logicalAddress(base), physical: base, lengthBytes };
    link.windows.open({ ...place, access: "read-write", use: "shared" });
  }
  const members: Partial<Link> = {
    traits: {
      ...link.traits,
      ...{ windows: "unchecked", registerErrors: "silent", observes: "nothing" },
      ...{ busRules: false, errors: false, users: "one" },
    },
    errors: undefined,
    windows: {
      live,
      open: (window) => {
        const opened = link.windows.open(window);
        live.add(opened);
        return replaced(opened, {
          close: () => {
            live.delete(opened);
            opened.close();
          },
        });
      },
    },
    writeRegister: (address, value) => {
      if (!isNowhere({ kind: "write", address, value })) link.writeRegister(address, value);
    },
    readRegister: async (address) => {
      if (!isNowhere({ kind: "read", address })) return await link.readRegister(address);
      await link.readRegister(0);
      return 0xffff_ffff;
    },
    perform: (operations) => link.perform(operations.filter((each) => !isNowhere(each))),
    onEvent: (listener) =>
      link.onEvent((event) => (event.kind === "interrupt" ? listener(event) : undefined)),
    [Symbol.asyncDispose]: async () => {
      end();
      await link[Symbol.asyncDispose]();
    },
  };
  return replaced(link, members as Link);
}
