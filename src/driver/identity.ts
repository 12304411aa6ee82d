import { hex } from "../core/hex.ts";
import { MAGIC, VERSION } from "../spec/registers.ts";
import { DeviceIdentityError } from "./errors.ts";
import { field, type RegisterFile } from "./register-file.ts";

/** What the controller says of itself; read once, before anything else is done to it. */
export interface Identity {
  readonly version: string;
  readonly buildHash: number;
  readonly hasRegisterMode: boolean;
  /** Entries of the largest ring with completion records, as a power of two; 0 without rings. */
  readonly ringEntriesLog2: number;
  readonly addressBits: number;
  readonly cardMemoryBytes: number;
}

const major = field("VERSION", "MAJOR");

/** Rejects with `DeviceIdentityError` when the device is no hilt controller of a known major version. */
export async function readIdentity(registers: RegisterFile, link: string): Promise<Identity> {
  const magic = await registers.global.read("MAGIC");
  if (magic !== MAGIC) {
    throw new DeviceIdentityError(
      `${link}: register MAGIC reads ${hex(magic, 8)}, not ${hex(MAGIC, 8)} ("HILT")`,
    );
  }
  const version = await registers.global.read("VERSION");
  if (major.of(version) !== major.of(VERSION)) {
    throw new DeviceIdentityError(
      `${link}: register map version ${major.of(version)}, but this driver knows version ${major.of(VERSION)}`,
    );
  }
  const features = await registers.global.read("FEATURES");
  const limits = await registers.global.read("LIMITS");
  const hasRings = (["RINGS", "COMPLETIONS"] as const).every(
    (name) => field("FEATURES", name).of(features) === 1,
  );
  return {
    version: `${major.of(version)}.${field("VERSION", "MINOR").of(version)}`,
    buildHash: await registers.global.read("BUILD_HASH"),
    hasRegisterMode: field("FEATURES", "REGISTER_MODE").of(features) === 1,
    ringEntriesLog2: hasRings ? field("LIMITS", "RING_ENTRIES_LOG2").of(limits) : 0,
    addressBits: field("LIMITS", "ADDRESS_BITS").of(limits),
    cardMemoryBytes: await registers.global.read("CARD_MEMORY_BYTES"),
  };
}
