import type { Traits } from "../../bus/traits.ts";
import { READ_UNIT, WRITE_UNIT } from "./memory-server.ts";
import type { UartSettings } from "./settings.ts";

export function uartTraits({ interrupts = "level" }: Pick<UartSettings, "interrupts">): Traits {
  return {
    ...{ time: "wall", interrupts, registerErrors: "reported", observes: "requests" },
    ...{ busRules: false, errors: true, waves: false, signals: false },
    windows: { readUnit: READ_UNIT, writeUnit: WRITE_UNIT, reportsFaults: true },
    ...{ registerBits: 32, users: "one" },
  };
}
