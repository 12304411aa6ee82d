import { expect, test } from "vitest";
import { checkIdentity } from "../../../src/links/uart/check-identity.ts";
import { CycleMap } from "../../../src/links/uart/cycle-map.ts";
import { BoardMismatchError } from "../../../src/links/uart/errors.ts";
import { UartLink } from "../../../src/links/uart/uart-link.ts";
import { uartTraits } from "../../../src/links/uart/uart-traits.ts";
import { layOutBanks, PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { standardProfile } from "../../../src/memory/platform-profile.ts";
import { WireMessageError } from "../../../src/wire/errors.ts";
import { noStatistics } from "../../../src/wire/line-statistics.ts";
import type { UpMessage } from "../../../src/wire/message.ts";
import { identity } from "../../wire/pair.ts";

function linkTo(sent: UpMessage[]): UartLink {
  const banks = layOutBanks(standardProfile.banks);
  const bytes = banks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  return new UartLink({
    ...{ name: "board", identity, traits: uartTraits({}, { waves: false }) },
    pace: { accessMs: 1, bytesPerSecond: 1e6 },
    memory: new PhysicalMemory(new Uint8Array(bytes), banks),
    ...{ statistics: noStatistics(), waves: undefined, cycles: new CycleMap() },
    send: (message) => sent.push(message),
    settle: async () => undefined,
    onTrace: () => {},
    close: async () => {},
  });
}

test("an answer of 64 bits to a register access of 32 ends the session: its value is not cut, nor rounded", () => {
  const sent: UpMessage[] = [];
  const link = linkTo(sent);
  const read = link.readRegister(8);
  read.catch(() => {});
  expect(sent).toEqual([{ kind: "register-read", address: 8, width: 32 }]);
  const wide = { kind: "register-value", status: 0, width: 64, value: 2n ** 53n + 1n } as const;
  expect(() => link.take(wide)).toThrow(WireMessageError);
  expect(() => link.take(wide)).toThrow(/64 bits/);
});

test("an access of 64 bits never reaches a board: there is no such call, and a list with one is refused", async () => {
  const sent: UpMessage[] = [];
  const link = linkTo(sent);
  expect("readRegister64" in link || "writeRegister64" in link).toBe(false);
  const lists = [
    { kind: "read", address: 8, width: 64 },
    { kind: "write", address: 8, width: 64, value: 1n },
  ] as const;
  for (const wide of lists)
    await expect(link.perform([{ kind: "write", address: 0, value: 1 }, wide])).rejects.toThrow(
      /register 0x0008 with a width of 64 bits: its registers have 32/,
    );
  expect(sent).toEqual([]);
});

test.each([
  [{ registerBits: 64 }, undefined],
  [{ registerBits: 16 }, /registers of 16 bits/],
  [{ registerBits: 0 }, /registers of 0 bits/],
  [{ registerAddressBits: 1 }, /register addresses of 1 bits/],
  [{ registerAddressBits: 33 }, /register addresses of 33 bits/],
  [{ memoryAddressBits: 31 }, /memory addresses of 31 bits/],
  [{ memoryAddressBits: 65 }, /memory addresses of 65 bits/],
  [{ memoryBits: 128 }, /a memory bus of 128 bits/],
  [{ mtu: 63 }, /frames of 63 bytes/],
  [{ interruptLines: 33 }, /33 interrupts/],
  [{ interruptLines: 2 }, /has 2 interrupts, and the target's device has 1$/],
  [{ interruptLines: 0 }, /has 0 interrupts, and the target's device has 1$/],
  [{ clockHz: 0 }, /a clock of 0 Hz/],
])("a board with %j is refused with what it has, or taken", (odd, message) => {
  const check = (): void =>
    checkIdentity("board", { ...identity, ...odd }, { port: "/dev/ttyUSB7" }, { vectors: 1 });
  if (message === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(message);
  if (message !== undefined) expect(check).toThrow(BoardMismatchError);
});
