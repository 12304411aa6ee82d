import fc from "fast-check";
import { physicalAddress } from "../../src/core/address.ts";
import { Random } from "../../src/core/random.ts";
import type { HostBuffer } from "../../src/memory/host-buffer.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import { PhysicalMemory } from "../../src/memory/physical-memory.ts";
import { runScript, type ScriptParts } from "../unit/wdm/channel-script.ts";
import { MOST, type Step, scripts } from "../unit/wdm/channel-steps.ts";
import { RecordingWindows } from "../unit/wdm/recording-windows.ts";
import { messageOf, type SoakCounterexample, type SoakRequest } from "./soak-rings.ts";

const BANK_BYTES = 64 * 4096;

export interface ScriptReport {
  readonly runs: number;
  readonly steps: number;
  readonly failure?: SoakCounterexample<readonly Step[]>;
}

/** Random scripts of calls on the operations table, without a device; one that fails is shrunk. */
export function soakScripts(request: Omit<SoakRequest, "cacheDirectory">): ScriptReport {
  let runs = 0;
  let steps = 0;
  let clean: ScriptParts | undefined;
  const property = fc.property(scripts, (script) => {
    const parts = clean ?? createParts();
    // A run that fails leaves pages and windows behind.
    clean = undefined;
    for (const _ of runScript(script, parts));
    clean = parts;
    runs++;
    steps += script.length;
    request.onRun?.(runs);
  });
  const { seed, path } = request;
  const details = fc.check(property, {
    numRuns: request.runs,
    seed,
    ...(path === undefined ? {} : { path }),
    endOnFailure: path !== undefined || request.shrinks === false,
  });
  if (!details.failed) return { runs, steps };
  const failure = {
    seed: details.seed,
    path: details.counterexamplePath ?? "",
    smallest: details.counterexample?.[0] as readonly Step[],
    message: messageOf(details.errorInstance),
  };
  return { runs, steps, failure };
}

function createParts(): ScriptParts {
  const memory = new PhysicalMemory(new Uint8Array(2 * BANK_BYTES), [
    { base: physicalAddress(0x1000_0000n), lengthBytes: BANK_BYTES, offset: 0 },
    { base: physicalAddress(0x1_8000_0000n), lengthBytes: BANK_BYTES, offset: BANK_BYTES },
  ]);
  const host = new HostMemory(memory, new Random(1n));
  // One buffer of each size: here nobody looks at the bytes.
  const buffers = Array.from({ length: MOST + 2 }, (_, pages) =>
    host.allocate({ lengthBytes: Math.max(1, pages) * 4096 }),
  );
  const bufferOf = (pages: number): HostBuffer => buffers[pages] as HostBuffer;
  return { memory, host, windows: new RecordingWindows(), bufferOf };
}
