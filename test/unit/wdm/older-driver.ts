import { expect } from "vitest";
import type { Mdl } from "../../../src/memory/mdl.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { IoBuildPartialMdl, MmGetMdlVirtualAddress } from "../../../src/wdm/mdl-routines.ts";
import { Driver } from "./driver.ts";

/** A driver of the time before version 3 on the same host. */
export function older(driver: Driver, device: object): Driver {
  const width = "dmaAddressWidth" in device ? { dma32BitAddresses: true } : { dma64BitAddresses: true };
  return new Driver(driver.host, { ...device, version: 2, ...width });
}

/** Channel and registers by AllocateAdapterChannel, whose routine answers with `action`. */
export function ownOld(
  { adapter, operations, deviceObject, ...driver }: Driver,
  registers: number,
  action: number,
) {
  let base: MapRegisterBase = null;
  const routine = (_device: unknown, _irp: unknown, given: MapRegisterBase): number => {
    base = given;
    return action;
  };
  driver.host.system.atDispatch(() =>
    operations.allocateAdapterChannel(adapter, deviceObject, registers, routine, null),
  );
  return base as MapRegisterBase;
}

/** MapTransfer until a range of one MDL is mapped; the lengths of the pieces. */
export function mapOld(
  { adapter, operations }: Driver,
  mdl: Mdl,
  base: MapRegisterBase,
  from: number,
  bytes: number,
) {
  const pieces: number[] = [];
  for (let done = 0; done < bytes; ) {
    const length: Out<number> = { value: bytes - done };
    const va = MmGetMdlVirtualAddress(mdl) + BigInt(from + done);
    operations.mapTransfer(adapter, mdl, base, va, length, true);
    expect(length.value).toBeGreaterThan(0);
    pieces.push(length.value as number);
    done += length.value as number;
  }
  return pieces;
}

export function flushOld(
  { adapter, operations }: Driver,
  mdl: Mdl,
  base: MapRegisterBase,
  from: number,
  bytes: number,
) {
  const va = MmGetMdlVirtualAddress(mdl) + BigInt(from);
  expect(operations.flushAdapterBuffers(adapter, mdl, base, va, bytes, true)).toBe(true);
}

/** IoBuildPartialMdl. */
export function partOf(source: Mdl, from: number, bytes: number): Mdl {
  const target: Out<Mdl> = { value: undefined };
  IoBuildPartialMdl(source, target, MmGetMdlVirtualAddress(source) + BigInt(from), bytes);
  return target.value as Mdl;
}
