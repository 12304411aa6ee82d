import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import type { Mdl } from "../../../src/memory/mdl.ts";
import { KeepObject } from "../../../src/wdm/constants.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { MmGetMdlVirtualAddress } from "../../../src/wdm/mdl-routines.ts";
import { Driver } from "./driver.ts";
import { createHost } from "./host.ts";
import { older, ownOld, partOf } from "./older-driver.ts";

interface Piece {
  readonly mdl: Mdl;
  /** In the MDL, and in its buffer. */
  readonly from: number;
  readonly at: number;
  readonly bytes: number;
  readonly buffer: HostBuffer;
  /** What the device has written there, or sees there. */
  readonly expected: Uint8Array;
}

/** An MDL of a buffer or of a part of it, which begins at byte `at`. */
interface Source {
  readonly mdl: Mdl;
  readonly buffer: HostBuffer;
  readonly at: number;
}

const REGISTERS = 6;

/** Maps and flushes ranges of several MDLs, whole ones and parts, in an order that `random` decides; all is right at each step. */
class Script {
  readonly #random: Random;
  readonly #driver: Driver;
  readonly #base: MapRegisterBase;
  readonly #writeToDevice: boolean;
  readonly #sources: readonly Source[];
  readonly #live: Piece[] = [];

  constructor(driver: Driver, random: Random, writeToDevice: boolean) {
    this.#random = random;
    this.#driver = driver;
    this.#writeToDevice = writeToDevice;
    this.#base = ownOld(driver, REGISTERS, KeepObject);
    const buffers = [1, 2, 3].map(() =>
      driver.host.host.allocate({ lengthBytes: random.integer(1, 14_000), offset: random.integer(0, 4095) }),
    );
    this.#sources = buffers.flatMap((buffer) => {
      const at = random.integer(0, buffer.lengthBytes - 1);
      const part = partOf(buffer.mdl, at, random.integer(1, buffer.lengthBytes - at));
      buffer.write(Uint8Array.from({ length: buffer.lengthBytes }, () => random.integer(0, 255)));
      return [
        { mdl: buffer.mdl, buffer, at: 0 },
        { mdl: part, buffer, at },
      ];
    });
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      if (this.#live.length === 0 || this.#random.integer(0, 1) === 0) this.#map();
      else this.#flush();
    }
    while (this.#live.length > 0) this.#flush();
    this.#driver.freeChannel();
    expect(this.#driver.findings).toEqual([]);
    expect(this.#driver.host.system.holdings()).toEqual([]);
    expect(this.#driver.host.windows.live.size).toBe(0);
    this.#driver.host.host.checkGuards();
  }

  #map(): void {
    const { operations, adapter } = this.#driver;
    const { mdl, buffer, at } = this.#sources[this.#random.integer(0, this.#sources.length - 1)] as Source;
    const from = this.#random.integer(0, mdl.byteCount - 1);
    const bytes = this.#random.integer(1, mdl.byteCount - from);
    const [start, end] = [at + from, at + from + bytes];
    if (
      this.#live.some((piece) => piece.buffer === buffer && piece.at < end && start < piece.at + piece.bytes)
    )
      return;
    if (this.#pages() >= REGISTERS) return;
    const length: Out<number> = { value: bytes };
    const va = MmGetMdlVirtualAddress(mdl) + BigInt(from);
    const address = operations.mapTransfer(adapter, mdl, this.#base, va, length, this.#writeToDevice);
    const mapped = length.value as number;
    expect(mapped).toBeGreaterThan(0);
    expect(mapped).toBeLessThanOrEqual(bytes);
    const window = [...this.#driver.host.windows.live].find(
      ({ logical, lengthBytes }) => logical === address && lengthBytes === mapped,
    );
    if (window === undefined) throw new Error("no window");
    const seen = this.#driver.host.memory.view(window.physical, mapped);
    const before = buffer.read(start, mapped);
    if (this.#writeToDevice) expect([...seen]).toEqual([...before]);
    else seen.set(Uint8Array.from({ length: mapped }, () => this.#random.integer(0, 255)));
    this.#live.push({ mdl, buffer, from, at: start, bytes: mapped, expected: seen.slice() });
  }

  /** One piece, or all of them that go on from it in its MDL. */
  #flush(): void {
    const { operations, adapter } = this.#driver;
    const pieces = [this.#live[this.#random.integer(0, this.#live.length - 1)] as Piece];
    const [{ mdl, from }] = pieces as [Piece];
    const goesOn = (one: Piece): boolean => one.mdl === mdl && one.from === from + total(pieces);
    for (let next = this.#live.find(goesOn); next !== undefined; next = this.#live.find(goesOn)) {
      if (this.#random.integer(0, 3) === 0) break;
      pieces.push(next);
    }
    const va = MmGetMdlVirtualAddress(mdl) + BigInt(from);
    expect(
      operations.flushAdapterBuffers(adapter, mdl, this.#base, va, total(pieces), this.#writeToDevice),
    ).toBe(true);
    for (const piece of pieces) {
      this.#live.splice(this.#live.indexOf(piece), 1);
      expect([...piece.buffer.read(piece.at, piece.bytes)]).toEqual([...piece.expected]);
    }
  }

  #pages(): number {
    return this.#live.reduce((sum, { mdl, from, bytes }) => {
      const first = (mdl.byteOffset + from) % 4096;
      return sum + Math.ceil((first + bytes) / 4096);
    }, 0);
  }
}

function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

describe.each([
  ["that reaches all memory", {}, {}],
  ["of 32 address bits", { dmaAddressWidth: 32 }, {}],
  ["whose memory is all bounced", {}, { bouncesAll: true }],
  ["without scatter/gather", { scatterGather: false }, {}],
  ["of 32 address bits without scatter/gather", { scatterGather: false, dmaAddressWidth: 32 }, {}],
  ["with other addresses", {}, { logicalOrder: new Random(3n) }],
  ["with short elements", { dmaAddressWidth: 32 }, { limits: { elementBytes: 5000, elementBoundary: 8192 } }],
])("MapTransfer for a device %s", (_what, device, parts) => {
  test("any ranges of any MDLs, flushed in any order: the data are right, and nothing is found", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean(), (seed, writeToDevice) => {
        const host = createHost(seed);
        const system = new DmaSystem({ ...host, mapRegisters: 64, ...parts });
        const driver = older(new Driver({ ...host, system }, device), device);
        new Script(driver, new Random(seed), writeToDevice).run(30);
      }),
      { numRuns: Number(process.env["HILT_PROPERTY_RUNS"] ?? 30) },
    );
  });
});
