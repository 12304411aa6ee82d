import { isVirtualName } from "../../board/find-board.ts";
import type { Traits } from "../../bus/traits.ts";
import { vectorsOf } from "../device-binding.ts";
import { READ_UNIT, WRITE_UNIT } from "./memory-server.ts";
import type { BoardSettings } from "./prepare-board.ts";

export function uartTraits(
  { interrupts = "level", board, device }: Pick<BoardSettings, "interrupts" | "board" | "device">,
  { waves }: { readonly waves: boolean },
): Traits {
  // Between device and bridge of a real one nobody looks, nor into them.
  const isVirtual = board !== undefined && isVirtualName(board);
  return {
    ...{ time: "wall", interrupts, registerErrors: "reported", observes: "requests" },
    vectors: vectorsOf(device),
    ...{ busRules: isVirtual, errors: true, waves: waves && isVirtual, signals: false },
    windows: { readUnit: READ_UNIT, writeUnit: WRITE_UNIT, reportsFaults: true },
    ...{ registerBits: 32, users: "one" },
  };
}
