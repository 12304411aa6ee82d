import fc from "fast-check";
import { expect, test } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { ChannelRegisters } from "../../src/driver/channel-registers.ts";
import type { Outcome, Piece } from "../../src/driver/channel-work.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import { RegisterWork } from "../../src/driver/register-work.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import type { HostBuffer } from "../../src/memory/host-buffer.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import type { ScatterGatherElement } from "../../src/wdm/scatter-gather.ts";
import { CardMemory } from "../soak/card.ts";
import { type DeviceTurn, runScript } from "../unit/wdm/channel-script.ts";
import { scripts } from "../unit/wdm/channel-steps.ts";

/** More looks at STATUS than any element takes. */
const MOST_LOOKS = 20_000;
const tempers = [{}, { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.3 }] as const;

/** The device as scripts use it: one element after the other, by its registers. */
class Mover {
  readonly faults: LinkEvent[] = [];
  moved = 0;
  refused = 0;
  readonly #link: SimulatorLink;
  readonly #card: CardMemory;
  readonly #channels: Readonly<Record<"h2c" | "c2h", RegisterWork>>;
  readonly #random = new Random(7n);
  #expected: Uint8Array = new Uint8Array(0);

  constructor(link: SimulatorLink) {
    const registers = new RegisterFile(link);
    registers.global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
    const channelOf = (id: "h2c" | "c2h"): RegisterWork =>
      new RegisterWork(new ChannelRegisters(id, link, registers[id]));
    this.#link = link;
    this.#card = new CardMemory(link.simulation);
    this.#channels = { h2c: channelOf("h2c"), c2h: channelOf("c2h") };
    link.onEvent((event) => {
      if (event.kind === "fault" || event.kind === "violation") this.faults.push(event);
    });
  }

  async turn(turn: DeviceTurn): Promise<void> {
    if (turn.when === "before") await this.#move(turn);
    else await this.#checkGone(turn);
  }

  /** What is mapped is moved, whole. */
  async #move({ buffer, elements, writeToDevice }: DeviceTurn): Promise<void> {
    const { lengthBytes } = buffer;
    this.#expected = writeToDevice ? buffer.read() : this.#random.bytes(lengthBytes);
    const padded = new Uint8Array(Math.ceil(lengthBytes / 16) * 16);
    if (!writeToDevice) padded.set(this.#expected);
    this.#card.write(0, padded);
    let cardAddress = 0;
    for (const element of elements) {
      expect((await this.#run(writeToDevice, element, cardAddress)).error).toBeUndefined();
      cardAddress += element.length;
    }
    expect(cardAddress).toBe(lengthBytes);
    if (writeToDevice) expect(this.#isAtCard()).toBe(true);
    expect(this.faults).toEqual([]);
    this.moved += lengthBytes;
  }

  #isAtCard(): boolean {
    const found = this.#card.read(0, Math.ceil(this.#expected.length / 16) * 16);
    return Buffer.compare(found.subarray(0, this.#expected.length), this.#expected) === 0;
  }

  /** What was given back holds the data, and the device reaches nothing of it. */
  async #checkGone({ buffer, elements, writeToDevice }: DeviceTurn): Promise<void> {
    expect(Buffer.compare(buffer.read(), this.#expected)).toBe(0);
    const [element] = elements as [ScatterGatherElement];
    // A bounce page may be the next request's already.
    const isUsed = [...this.#link.windows.live].some(
      ({ logical, lengthBytes }) =>
        logical < element.address + BigInt(element.length) && element.address < logical + BigInt(lengthBytes),
    );
    if (isUsed) return;
    const { error } = await this.#run(writeToDevice, element, 0);
    expect(error?.kind).toBe("DECERR");
    expect(this.faults.splice(0).length).toBeGreaterThan(0);
    expect(Buffer.compare(buffer.read(), this.#expected)).toBe(0);
    this.refused++;
  }

  async #run(
    writeToDevice: boolean,
    { address, length }: ScatterGatherElement,
    cardAddress: number,
  ): Promise<Outcome> {
    const channel = this.#channels[writeToDevice ? "h2c" : "c2h"];
    const piece: Piece = { address, cardAddress, lengthBytes: length, isLast: true };
    channel.put([piece]);
    for (let look = 0; look < MOST_LOOKS; look++) {
      const [outcome] = await channel.finished();
      if (outcome !== undefined) return outcome;
    }
    throw new Error("the device does not end");
  }
}

test("scripts of calls with a device that moves what is mapped: the data are right, and what was given back is out of reach", async () => {
  let moved = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(scripts, fc.constantFrom(...tempers), fc.nat(), async (steps, harness, seed) => {
      const options = { seed: BigInt(seed), cacheDirectory: ".hilt/cache", log: silentLog };
      await using link = await openSimulator("script", { engine: "wasm", harness }, options);
      const random = new Random(BigInt(seed));
      const host = new HostMemory(link.memory, random);
      const buffers: HostBuffer[] = [];
      // Not whole pages: what lies round the buffer in them is nobody's.
      const bufferOf = (pages: number): HostBuffer => {
        const offset = random.integer(0, 2047);
        const lengthBytes = pages * 4096 - offset - random.integer(0, 2047);
        const buffer = host.allocate({ lengthBytes, offset });
        buffer.write(random.bytes(lengthBytes));
        buffers.push(buffer);
        return buffer;
      };
      const mover = new Mover(link);
      const parts = { memory: link.memory, host, windows: link.windows, bufferOf };
      for (const turn of runScript(steps, parts)) await mover.turn(turn);
      for (const buffer of buffers) buffer.free();
      moved += mover.moved;
      refused += mover.refused;
    }),
    { numRuns: 300, seed: 20_264 },
  );
  expect(moved).toBeGreaterThan(1_000_000);
  expect(refused).toBeGreaterThan(300);
}, 300_000);
