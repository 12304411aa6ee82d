import { silentLog } from "../../src/core/log.ts";
import { SlotConnection } from "../../src/links/slot/slot-connection.ts";
import type { SlotTarget } from "../../src/links/slot/slot-traits.ts";
import type { RunningSlot } from "../../src/links/slot/start-slot.ts";
import { ringer } from "../system/foreign/ringer.ts";
import { slotFor } from "../system/slot/slots.ts";
import { describeLinkContract } from "./link-contract.ts";
import { rejection } from "./suite/contract-context.ts";
import type { ContractLink } from "./suite/contract-test.ts";

const STALL_MS = 20_000;

interface User {
  readonly slot: RunningSlot;
  readonly connection: SlotConnection;
}

/** The links of one slot for each user; one that was lost is replaced. */
function slotLink(settings: SlotTarget): Required<Pick<ContractLink, "open" | "beside" | "end" | "lose">> {
  const users = new Map<string, Promise<User>>();
  const connect = async (): Promise<User> => {
    const slot = await slotFor("stepped", settings);
    return {
      slot,
      connection: new SlotConnection({
        name: "slot",
        settings,
        slot,
        stallMs: STALL_MS,
        patterns: undefined,
      }),
    };
  };
  const fresh = async (name: string, seed: bigint) => {
    const user = users.get(name) ?? connect();
    users.set(name, user);
    return await (await user).connection.fresh({ seed, log: silentLog });
  };
  const leave = async (name: string): Promise<void> => {
    const user = await users.get(name);
    users.delete(name);
    await user?.connection[Symbol.asyncDispose]();
  };
  return {
    open: (seed = 1n) => fresh("first", seed),
    beside: () => fresh("second", 1n),
    async lose(link) {
      const user = await users.get("first");
      process.kill(user!.slot.pid, "SIGKILL");
      await rejection(link.idle(Number.MAX_SAFE_INTEGER));
      await leave("first");
    },
    end: async () => {
      for (const name of [...users.keys()]) await leave(name);
    },
  };
}

const ideal = slotLink({});
const two = slotLink({ device: ringer(2) });
describeLinkContract("a simulated slot", ideal.open, {
  ...ideal,
  several: two.open,
  end: async () => {
    await ideal.end();
    await two.end();
  },
});
