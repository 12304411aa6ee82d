import type { ChannelName, GlobalName } from "../../../src/driver/register-file.ts";
import { channelBlock, globalBlock } from "../../../src/spec/registers.ts";

export type ChannelId = keyof typeof channelBlock.instances;

/** Byte address of a register of one channel. */
export function channelAddress(id: ChannelId, name: ChannelName): number {
  return channelBlock.instances[id] + offsetOf(channelBlock.registers, name);
}

export function globalAddress(name: GlobalName): number {
  return globalBlock.instances.global + offsetOf(globalBlock.registers, name);
}

function offsetOf(
  registers: readonly { readonly name: string; readonly offset: number }[],
  name: string,
): number {
  return registers.find((one) => one.name === name)?.offset as number;
}
