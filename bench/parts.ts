import { measureBoard } from "./board.ts";
import { measureBridge } from "./bridge.ts";
import { measureBuilds } from "./builds.ts";
import { measureCocotb } from "./cocotb.ts";
import { measureCocotbStart } from "./cocotb-start.ts";
import { measureEndurance } from "./endurance.ts";
import { measureEngine } from "./engine.ts";
import { measureEngineSpeed } from "./engine-speed.ts";
import type { Figure } from "./figure.ts";
import { measureHost } from "./host.ts";
import { measureLists } from "./lists.ts";
import { measureMemory } from "./memory.ts";
import { measureSimulators } from "./simulators.ts";
import { measureSlot } from "./slot.ts";
import { measureStartup } from "./startup.ts";
import { measureTestLife } from "./test-life.ts";
import { measureVerilator } from "./verilator.ts";
import { measureWaves } from "./waves.ts";
import { measureWire } from "./wire.ts";

type Part = (cacheDirectory: string) => readonly Figure[] | Promise<readonly Figure[]>;

/** What `npm run bench` measures, in this order. A ratio is within one part. */
export const parts: ReadonlyMap<string, Part> = new Map<string, Part>([
  ["lists", measureLists],
  ["memory", measureMemory],
  ["startup", measureStartup],
  ["test-life", measureTestLife],
  ["endurance", measureEndurance],
  ["engine", measureEngine],
  ["simulators", measureSimulators],
  ["engine-speed", measureEngineSpeed],
  ["builds", measureBuilds],
  ["verilator", measureVerilator],
  ["cocotb", measureCocotb],
  ["cocotb-start", measureCocotbStart],
  ["waves", measureWaves],
  ["wire", measureWire],
  ["board", measureBoard],
  ["host", measureHost],
  ["bridge", measureBridge],
  ["slot", measureSlot],
]);
