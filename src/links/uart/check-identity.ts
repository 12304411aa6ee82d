import type { Traits } from "../../bus/traits.ts";
import { hex } from "../../core/hex.ts";
import type { Identity } from "../../wire/identity.ts";
import { BoardMismatchError } from "./errors.ts";
import type { PortSettings } from "./settings.ts";

/** Throws `BoardMismatchError` for a board that is not what the target describes, with what was found. */
export function checkIdentity(
  name: string,
  identity: Identity,
  settings: PortSettings,
  { vectors }: Pick<Traits, "vectors">,
): void {
  const { buildHash, registerBits, registerAddressBits, memoryBits, memoryAddressBits, mtu } = identity;
  const { interruptLines, clockHz } = identity;
  const wanted = settings.buildHash;
  if (wanted !== undefined && wanted !== buildHash)
    throw new BoardMismatchError(
      `${name}: the board on ${settings.port} has build ${hex(buildHash, 8)}, and the target asks for ${hex(wanted, 8)}`,
    );
  const limits = [
    [registerBits === 32 || registerBits === 64, `registers of ${registerBits} bits`],
    [
      registerAddressBits >= 2 && registerAddressBits <= 32,
      `register addresses of ${registerAddressBits} bits`,
    ],
    [memoryBits === 32 || memoryBits === 64, `a memory bus of ${memoryBits} bits`],
    [memoryAddressBits >= 32 && memoryAddressBits <= 64, `memory addresses of ${memoryAddressBits} bits`],
    [mtu >= 64 && mtu <= 4096, `frames of ${mtu} bytes`],
    [interruptLines <= 32, `${interruptLines} interrupts`],
    [clockHz > 0, `a clock of ${clockHz} Hz`],
  ] as const;
  const bad = limits.filter(([isFine]) => !isFine).map(([, what]) => what);
  if (bad.length > 0)
    throw new BoardMismatchError(
      `${name}: the board on ${settings.port} has ${bad.join(", ")}: hilt knows no such board`,
    );
  if (interruptLines !== vectors)
    throw new BoardMismatchError(
      `${name}: the board on ${settings.port} has ${interruptLines} interrupt${interruptLines === 1 ? "" : "s"}, and the target's device has ${vectors}`,
    );
}
