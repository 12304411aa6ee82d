import type { Link } from "../bus/link.ts";
import type { HostBuffer } from "../memory/host-buffer.ts";
import type { DmaAdapter } from "../wdm/dma-adapter.ts";
import { Channel } from "./channel.ts";
import { DeviceIdentityError } from "./errors.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { InterruptService } from "./interrupt-service.ts";
import { field, RegisterFile } from "./register-file.ts";
import { recordTransfer } from "./transfer-record.ts";

/**
 * The function driver of the hilt DMA controller, as a Windows driver would be built on the WDM DMA interface.
 *
 * A transfer is one packet: a scatter/gather list from the adapter (`getScatterGatherListEx`), each of its elements
 * programmed into the channel in turn, the completion interrupt, and the list given back (`putScatterGatherList`), which
 * is when the data become visible in the buffer. Both channels work side by side; calls for one channel wait in line.
 */
export class DmaDevice implements AsyncDisposable {
  readonly identity: Identity;
  readonly registers: RegisterFile;
  readonly #link: Link;
  readonly #adapter: DmaAdapter;
  readonly #channels: Readonly<Record<"h2c" | "c2h", Channel>>;

  private constructor(parts: DeviceParts, registers: RegisterFile, identity: Identity) {
    const interrupts = new InterruptService(parts.link, registers);
    this.identity = identity;
    this.registers = registers;
    this.#link = parts.link;
    this.#adapter = parts.adapter;
    this.#channels = {
      h2c: new Channel("h2c", parts.link, registers.h2c, interrupts),
      c2h: new Channel("c2h", parts.link, registers.c2h, interrupts),
    };
  }

  /** Checks what the device is, then lets it master the bus and raise interrupts. */
  static async open(parts: DeviceParts): Promise<DmaDevice> {
    const registers = new RegisterFile(parts.link);
    const identity = await readIdentity(registers, parts.link.name);
    if (!identity.hasRegisterMode) {
      throw new DeviceIdentityError(
        `${parts.link.name}: FEATURES.REGISTER_MODE is 0, but this driver needs it`,
      );
    }
    const causes = (["H2C_DONE", "H2C_ERROR", "C2H_DONE", "C2H_ERROR"] as const).map(
      (name) => field("IRQ_STATUS", name).mask,
    );
    registers.global.write(
      "IRQ_ENABLE",
      causes.reduce((all, cause) => all + cause, 0),
    );
    registers.global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
    return new DmaDevice(parts, registers, identity);
  }

  /** Moves `buffer` (or `lengthBytes` of it from `offset`) into the card's memory at `cardAddress`. */
  hostToCard(buffer: HostBuffer, options: TransferOptions = {}): Promise<TransferSummary> {
    return this.#transfer("h2c", buffer, options);
  }

  /** Fills `buffer` (or `lengthBytes` of it from `offset`) from the card's memory at `cardAddress`. */
  cardToHost(buffer: HostBuffer, options: TransferOptions = {}): Promise<TransferSummary> {
    return this.#transfer("c2h", buffer, options);
  }

  /** Takes the bus mastering away again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.registers.global.write("IRQ_ENABLE", 0);
    this.registers.global.write("CONTROL", 0);
    await this.registers.global.read("CONTROL");
  }

  #transfer(id: "h2c" | "c2h", buffer: HostBuffer, options: TransferOptions): Promise<TransferSummary> {
    const { cardAddress = 0, offset = 0, timeoutMs = 20 } = options;
    const lengthBytes = options.lengthBytes ?? buffer.lengthBytes - offset;
    const writeToDevice = id === "h2c";
    const channel = this.#channels[id];
    return channel.inTurn(async () => {
      const start = this.#link.clock.cycle;
      const mapped = await this.#adapter.map(buffer.mdl, { offset, length: lengthBytes, writeToDevice });
      let at = cardAddress;
      {
        await using list = mapped;
        for (const element of list.elements) {
          await channel.move(element, at, timeoutMs);
          at += element.length;
        }
      }
      const end = this.#link.clock.cycle;
      recordTransfer(buffer, { channel: id, cardAddress, offset, lengthBytes, start, end });
      return { lengthBytes, elements: mapped.elements.length, cycles: end - start };
    });
  }
}

export interface DeviceParts {
  readonly link: Link;
  readonly adapter: DmaAdapter;
}

export interface TransferOptions {
  /** Byte address in the card's memory; 0 by default. */
  readonly cardAddress?: number;
  /** Byte of the buffer to start at. */
  readonly offset?: number;
  readonly lengthBytes?: number;
  /** Most device time for one element; 20 ms by default. */
  readonly timeoutMs?: number;
}

export interface TransferSummary {
  readonly lengthBytes: number;
  /** Elements of the scatter/gather list. */
  readonly elements: number;
  /** From the request to the release of the list. */
  readonly cycles: number;
}
