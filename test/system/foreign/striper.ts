import { fileURLToPath } from "node:url";
import type { LinkEvent } from "../../../src/bus/event.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { silentLog } from "../../../src/core/log.ts";
import { Random } from "../../../src/core/random.ts";
import type { DeviceBinding } from "../../../src/links/device-source.ts";
import { openSimulator } from "../../../src/links/simulator/open-simulator.ts";
import type { HarnessSettings } from "../../../src/links/simulator/settings.ts";
import type { SimulatorLink } from "../../../src/links/simulator/simulator-link.ts";
import type { EngineName } from "../../engines.ts";

export const striperFile: string = fileURLToPath(new URL("striper.v", import.meta.url));

/** The table of its ports. */
export const striperBinding: DeviceBinding = {
  ...{ top: "striper", dataWidth: 32, addressWidth: 32, idWidth: 4, clock: "clk", reset: { port: "rst" } },
  registers: { prefix: "s_", ports: { awprot: null, arprot: null, wstrb: null } },
  memory: { prefix: "m_", ports: { awprot: null, arprot: null } },
  interrupt: "irq",
};

/** What masters do that are all right. */
export const styles = {
  "address and data together": 0,
  "data first": 1,
  "data after the response": 2,
  "an ID a burst": 3,
  "a FIXED source": 4,
  "narrow beats": 5,
  "a burst a beat": 6,
  "a WRAP source": 7,
} as const;
export type Style = keyof typeof styles;

/** What masters do wrong. */
export const flaws = {
  "believes the first RID up to RLAST": 1,
  "takes read data in the order of their addresses": 2,
  "takes responses in the order of their bursts": 3,
  "forgets the address when its data go first": 4,
  "takes a register write by its address alone": 5,
  "waits for READY before VALID": 6,
} as const;
export type Flaw = keyof typeof flaws;

const FROM = 0x1000_0000n;
const TO = 0x1000_2000n;
const STRIPE_STEP = 64n;
const STRIPE_BYTES = 16;
const LIMIT_CYCLES = 4000;
const REGISTER = { from: 0, to: 4, start: 8, status: 12 } as const;

export interface Copies {
  readonly engine: EngineName;
  readonly harness: HarnessSettings;
  readonly seed: bigint;
  readonly style?: Style;
  readonly flaw?: Flaw;
  readonly rounds: number;
}

/** What went wrong first, if anything did, and every event. */
export interface CopiesResult {
  readonly problem: string | undefined;
  readonly events: readonly LinkEvent[];
}

/** Round after round: two stripes are filled, copied and compared; now and then one of them cannot be written. */
export async function runCopies(copies: Copies, cacheDirectory: string): Promise<CopiesResult> {
  const { engine, harness, seed } = copies;
  const device = { binding: striperBinding, files: [striperFile] };
  const link = await openSimulator(
    "striper",
    { engine, harness, device },
    {
      ...{ seed, cacheDirectory, log: silentLog },
    },
  );
  const events: LinkEvent[] = [];
  link.onEvent((event) => events.push(event), { bytes: true });
  try {
    const problem = await copyAll(link, copies, events);
    return { problem, events };
  } finally {
    await link[Symbol.asyncDispose]();
  }
}

async function copyAll(
  link: SimulatorLink,
  copies: Copies,
  events: readonly LinkEvent[],
): Promise<string | undefined> {
  openWindows(link);
  const random = new Random(copies.seed);
  const interrupt = link.listen();
  for (let round = 0; round < copies.rounds; round++) {
    const failing = round % 3 === 2 ? random.integer(0, 1) : undefined;
    const problem = await copyOnce({ link, interrupt, random, failing }, copies);
    const found = firstBreach(events) ?? problem;
    if (found !== undefined) return `round ${round}: ${found}`;
  }
  return undefined;
}

interface Round {
  readonly link: SimulatorLink;
  readonly interrupt: InterruptListener;
  readonly random: Random;
  /** The stripe that cannot be written. */
  readonly failing: number | undefined;
}

async function copyOnce(
  { link, interrupt, random, failing }: Round,
  { style = "address and data together", flaw }: Copies,
): Promise<string | undefined> {
  const target = logicalAddress(TO + BigInt(failing ?? 0) * STRIPE_STEP);
  const release = failing === undefined ? undefined : link.errors.at(target, "write", "SLVERR");
  const wanted = fill(link, random, style);
  link.writeRegister(REGISTER.from, Number(FROM));
  link.writeRegister(REGISTER.to, Number(TO));
  link.writeRegister(REGISTER.start, styles[style] | ((flaw === undefined ? 0 : flaws[flaw]) << 4));
  if (!(await interrupt.wait(LIMIT_CYCLES))) return "no interrupt";
  const status = (await link.readRegister(REGISTER.status)) >>> 1;
  release?.();
  link.writeRegister(REGISTER.status, 0);
  await link.idle(random.integer(1, 8));
  if (status !== (failing === undefined ? 0 : 1 << failing)) return `status ${status}`;
  const wrong = wanted.findIndex(
    (bytes, stripe) => stripe !== failing && Buffer.compare(stripeOf(link, TO, stripe), bytes) !== 0,
  );
  return wrong === -1 ? undefined : `stripe ${wrong} has other bytes`;
}

function openWindows(link: SimulatorLink): void {
  for (const [base, access] of [
    [FROM, "read"],
    [TO, "write"],
  ] as const)
    for (let stripe = 0n; stripe < 2n; stripe++) {
      const physical = physicalAddress(base + stripe * STRIPE_STEP);
      const logical = logicalAddress(physical);
      link.windows.open({ logical, physical, lengthBytes: STRIPE_BYTES, access, use: "mapped" });
    }
}

/** The stripes that are to come out. */
function fill(link: SimulatorLink, random: Random, style: Style): Uint8Array[] {
  return [0, 1].map((stripe) => {
    const bytes = Uint8Array.from(random.bytes(STRIPE_BYTES));
    stripeOf(link, FROM, stripe).set(bytes);
    stripeOf(link, TO, stripe).fill(0);
    if (style === "a FIXED source") return Uint8Array.from(bytes, (_, index) => bytes[index % 4] as number);
    if (style === "a WRAP source") return Uint8Array.from([...bytes.slice(8), ...bytes.slice(0, 8)]);
    return bytes;
  });
}

function stripeOf(link: SimulatorLink, base: bigint, stripe: number): Uint8Array {
  return link.memory.view(physicalAddress(base + BigInt(stripe) * STRIPE_STEP), STRIPE_BYTES);
}

function firstBreach(events: readonly LinkEvent[]): string | undefined {
  const breach = events.find(({ kind }) => kind === "violation" || kind === "fault");
  if (breach?.kind === "violation") return breach.rule;
  return breach?.kind;
}
