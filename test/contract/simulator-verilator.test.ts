import { newVerilator } from "../new-verilator.ts";
import { describeTargetContract } from "./connected.ts";

const verilator = { link: "simulator", engine: "verilator" } as const;

describeTargetContract("simulator on Verilator, ideal memory", verilator);

describeTargetContract(
  "simulator on Verilator, latency and stalls, with its signals",
  {
    ...verilator,
    harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 },
    signals: ["device.**"],
  },
  { seed: 2n },
);

describeTargetContract("simulator on the newest Verilator, ideal memory", {
  ...verilator,
  verilator: newVerilator(),
});
