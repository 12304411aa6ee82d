import { describeTargetContract } from "./connected.ts";

const wasm = { link: "simulator", engine: "wasm" } as const;

describeTargetContract("simulator on the wasm engine, ideal memory", wasm);

describeTargetContract(
  "simulator on the wasm engine, latency and stalls, with its signals",
  {
    ...wasm,
    harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 },
    signals: ["device.**"],
  },
  { seed: 2n },
);

describeTargetContract(
  "simulator on the wasm engine, interrupts as messages",
  { ...wasm, interrupts: "message" },
  { seed: 3n },
);
