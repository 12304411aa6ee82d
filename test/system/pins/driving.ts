import { encodeDescriptor } from "../../../src/driver/ring.ts";
import { errorKinds, errorStages } from "../../../src/spec/codes.ts";
import { type Build, ControllerAtPins } from "./controller-at-pins.ts";
import { type ChannelId, channelAddress, globalAddress } from "./register-addresses.ts";

export const HOST = 0x1000_0000n;
export const [BUS_MASTER, RESET] = [1, 2];
export const [START, ABORT, RESUME] = [1, 2, 4];
export const [BUSY, DONE, HALTED] = [1, 2, 4];
export const kind = (name: (typeof errorKinds)[number]["name"]): number =>
  errorKinds.find((one) => one.name === name)?.value as number;
export const stage = (name: (typeof errorStages)[number]["name"]): number =>
  errorStages.find((one) => one.name === name)?.value as number;

/** Something that the controller must do at its pins; rejects when it does not. */
export type Scenario = (build: Build) => Promise<void>;

export interface Transfer {
  readonly address: bigint;
  readonly card: number;
  readonly lengthBytes: number;
}

export function start(
  device: ControllerAtPins,
  id: ChannelId,
  { address, card, lengthBytes }: Transfer,
): void {
  const write = (name: Parameters<typeof channelAddress>[1], value: number): void => {
    device.write(channelAddress(id, name), value);
  };
  write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
  write("HOST_ADDRESS_HIGH", Number(address >> 32n));
  write("CARD_ADDRESS", card);
  write("LENGTH", lengthBytes);
  write("COMMAND", START);
}

export function untilIdle(device: ControllerAtPins, id: ChannelId, limit = 5000): number {
  for (let count = 0; count < limit; count++) {
    const status = device.read(channelAddress(id, "STATUS"));
    if ((status & BUSY) === 0) return status;
  }
  throw new Error(`${id} is still busy`);
}

export const read = (
  device: ControllerAtPins,
  id: ChannelId,
  name: Parameters<typeof channelAddress>[1],
): number => device.read(channelAddress(id, name));

export function switchOn(
  device: ControllerAtPins,
  id: ChannelId,
  {
    ring,
    records,
    entriesLog2,
    compact = false,
  }: { ring: bigint; records: bigint | undefined; entriesLog2: number; compact?: boolean },
): number {
  device.write(channelAddress(id, "RING_BASE_LOW"), Number(ring & 0xffff_ffffn));
  device.write(channelAddress(id, "RING_BASE_HIGH"), Number(ring >> 32n));
  device.write(channelAddress(id, "COMPLETION_BASE_LOW"), Number((records ?? 0n) & 0xffff_ffffn));
  device.write(channelAddress(id, "COMPLETION_BASE_HIGH"), Number((records ?? 0n) >> 32n));
  const control = 1 | (compact ? 2 : 0) | (records === undefined ? 0 : 4) | (entriesLog2 << 8);
  device.write(channelAddress(id, "RING_CONTROL"), control);
  return read(device, id, "RING_CONTROL");
}

export function putDescriptor(
  device: ControllerAtPins,
  ring: bigint,
  slot: number,
  transfer: Transfer,
  { interrupt = true } = {},
): void {
  const bytes = new Uint8Array(32);
  const { address: hostAddress, card: cardAddress, lengthBytes } = transfer;
  const item = { hostAddress, cardAddress, lengthBytes, interrupt, end: true, tag: 0x100 + slot };
  encodeDescriptor(new DataView(bytes.buffer), 0, "full", item);
  device.put(ring + BigInt(32 * slot), bytes);
}

/** What a reset has taken back: the bus is the device's, and every cause raises the interrupt. */
export function setUp(device: ControllerAtPins): void {
  device.write(globalAddress("CONTROL"), BUS_MASTER);
  device.write(globalAddress("IRQ_ENABLE"), 0xffff_ffff);
}

export async function opened(build: Build): Promise<ControllerAtPins> {
  const device = await ControllerAtPins.open(build);
  setUp(device);
  return device;
}
