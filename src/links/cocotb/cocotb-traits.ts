import type { Pace, Traits } from "../../bus/traits.ts";
import { paceOf, traitsOf } from "../simulator/simulator-traits.ts";
import type { CocotbTarget } from "./settings.ts";

/** A device in the harness is what it is on an engine, but for what only an engine shows of its inside. */
export function cocotbTraits({ interrupts = "level", host, device }: CocotbTarget): Traits {
  // The rules of the bus are the harness's.
  const busRules = host !== "cocotbext-axi";
  return {
    ...traitsOf({ engine: "wasm", interrupts, device }, { waves: false }),
    busRules,
    waves: false,
    signals: false,
  };
}

export function cocotbPace({ harness, device }: CocotbTarget): Pace {
  return paceOf({ engine: "wasm", harness, device });
}
