import type { Link } from "../bus/link.ts";
import { hex } from "../core/hex.ts";
import { channelBlock, globalBlock } from "../spec/registers.ts";

type GlobalRegister = (typeof globalBlock.registers)[number];
type ChannelRegister = (typeof channelBlock.registers)[number];
export type GlobalName = GlobalRegister["name"];
export type ChannelName = ChannelRegister["name"];
export type ChannelId = keyof typeof channelBlock.instances;

/** The controller's registers by name, typed from the register map. */
export class RegisterFile {
  readonly global: NamedRegisters<GlobalName>;
  readonly h2c: NamedRegisters<ChannelName>;
  readonly c2h: NamedRegisters<ChannelName>;

  constructor(link: Link) {
    this.global = new NamedRegisters(link, globalBlock.instances.global, globalBlock.registers);
    this.h2c = new NamedRegisters(link, channelBlock.instances.h2c, channelBlock.registers);
    this.c2h = new NamedRegisters(link, channelBlock.instances.c2h, channelBlock.registers);
  }
}

/** The registers of one instance of a block. */
export class NamedRegisters<Name extends string> {
  readonly #link: Link;
  readonly #addresses: ReadonlyMap<string, number>;

  constructor(
    link: Link,
    base: number,
    registers: readonly { readonly name: Name; readonly offset: number }[],
  ) {
    this.#link = link;
    this.#addresses = new Map(registers.map(({ name, offset }) => [name, base + offset]));
  }

  /** Posted, as all register writes. */
  write(name: Name, value: number): void {
    this.#link.writeRegister(this.addressOf(name), value);
  }

  read(name: Name): Promise<number> {
    return this.#link.readRegister(this.addressOf(name));
  }

  /** Byte address on the register bus. */
  addressOf(name: Name): number {
    return this.#addresses.get(name) as number;
  }
}

type FieldsOf<R> = R extends { readonly fields: readonly { readonly name: infer F }[] } ? F & string : never;
type AllRegisters = GlobalRegister | ChannelRegister;

/** The mask and position of a field, typed from the register map: `field("STATUS", "BUSY")`. */
export function field<Name extends AllRegisters["name"]>(
  register: Name,
  name: FieldsOf<Extract<AllRegisters, { readonly name: Name }>>,
): FieldPosition {
  const found = fieldsOf(register).find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`register ${register} has no field ${name}`);
  const { lsb, width } = found;
  return {
    mask: ((2 ** width - 1) << lsb) >>> 0,
    of: (value) => Math.floor(value / 2 ** lsb) % 2 ** width,
  };
}

export interface FieldPosition {
  /** Ones at the field's bits. */
  readonly mask: number;
  /** The field of a register value. */
  of(value: number): number;
}

/** The fields of a register value that are not 0, by name: `BUSY HALTED`, `KIND=2 INDEX=7`. */
export function decode(register: AllRegisters["name"], value: number): string {
  return fieldsOf(register)
    .map((each) => ({ ...each, found: field(register, each.name as never).of(value) }))
    .filter(({ found }) => found !== 0)
    .map(({ name, width, found }) => (width === 1 ? name : `${name}=${found}`))
    .join(" ");
}

/** A register access in words, `h2c.STATUS = 0x00000001 (BUSY)`; undefined where no register is. */
export function describeAccess(address: number, value: number): string | undefined {
  for (const block of [globalBlock, channelBlock]) {
    for (const [instance, base] of Object.entries(block.instances)) {
      const register = block.registers.find(({ offset }) => base + offset === address);
      if (register === undefined) continue;
      const fields = decode(register.name, value);
      const where = instance === "global" ? "" : `${instance}.`;
      return `${where}${register.name} = ${hex(value, 8)}${fields === "" ? "" : ` (${fields})`}`;
    }
  }
  return undefined;
}

function fieldsOf(register: AllRegisters["name"]): readonly { name: string; lsb: number; width: number }[] {
  const all: readonly { name: string; fields?: readonly { name: string; lsb: number; width: number }[] }[] = [
    ...globalBlock.registers,
    ...channelBlock.registers,
  ];
  return all.find((one) => one.name === register)?.fields ?? [];
}
