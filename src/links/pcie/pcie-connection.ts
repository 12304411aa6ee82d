import type { Link } from "../../bus/link.ts";
import { layOutBanks, PhysicalMemory } from "../../memory/physical-memory.ts";
import { standardProfile } from "../../memory/platform-profile.ts";
import type { Connection, FreshOptions } from "../link-kind.ts";
import { CardResetError, CardSetupError } from "./card-errors.ts";
import { PageWindows } from "./page-windows.ts";
import type { DmaMemory, PcieDevice, PcieRegion } from "./pcie-device.ts";
import { PcieLink } from "./pcie-link.ts";
import { pciePace, pcieTraits } from "./pcie-traits.ts";
import type { PcieSettings } from "./settings.ts";

const CLOCK_HZ = 100_000_000;
/** Of configuration space: the command register, with memory space and bus master. */
const COMMAND = 0x04;
const MEMORY = 0x2;
const MEMORY_AND_MASTER = 0x6;
const REGISTER_BITS = 32;

/** A card of this process's own; each test has a device after its reset, and host memory of its own. */
export class PcieConnection implements Connection {
  readonly #name: string;
  readonly #settings: Omit<PcieSettings, "card">;
  readonly #device: PcieDevice;
  readonly #bar: PcieRegion;
  /** Of the test before. */
  #ram: DmaMemory | undefined;

  /** Takes the device over. Throws `CardResetError` and `CardSetupError` for one that cannot be used as the settings say. */
  constructor(name: string, settings: Omit<PcieSettings, "card">, device: PcieDevice) {
    const { bar: number = 0, reset } = settings;
    const bar = device.bars.get(number);
    if (bar === undefined)
      throw new CardSetupError(
        `${name}: the card has no BAR ${number} that can be used; there is ${[...device.bars.keys()].join(", ") || "none"}`,
      );
    if (reset !== undefined && reset.register >= bar.lengthBytes)
      throw new CardSetupError(
        `${name}: BAR ${number} of the card has ${bar.lengthBytes} bytes, and no register at ${reset.register} (reset)`,
      );
    const { vectors } = pcieTraits(settings);
    if (vectors > device.interrupts.vectors)
      throw new CardSetupError(
        `${name}: the card sends ${device.interrupts.vectors} messages, and the target asks for ${vectors} (vectors)`,
      );
    if (!device.hasReset && reset === undefined)
      throw new CardResetError(
        `${name}: the card's function has no reset, and the target names no register that resets the device`,
      );
    this.#name = name;
    this.#settings = settings;
    this.#device = device;
    this.#bar = bar;
  }

  async fresh({ banks: layouts }: FreshOptions): Promise<Link> {
    const name = this.#name;
    const device = this.#device;
    this.#reset();
    const banks = layOutBanks(layouts ?? standardProfile.banks);
    // Its views may be kept until now; nothing of it is mapped.
    this.#ram?.clear();
    const ram = device.dma.allocate(banks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0));
    this.#ram = ram;
    const memory = new PhysicalMemory(ram.bytes, banks);
    const windows = new PageWindows(device.dma, ram, memory, this.#settings.pageRights ?? "both");
    return new PcieLink({
      ...{ name, device, bar: this.#bar, memory, windows, traits: pcieTraits(this.#settings) },
      pace: pciePace(this.#settings),
      clockHz: this.#settings.clockHz ?? CLOCK_HZ,
      close: () => {
        try {
          // A device that still moves bytes is stopped before its memory goes.
          this.#command(MEMORY);
          windows.closeAll();
        } finally {
          ram[Symbol.dispose]();
        }
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#device[Symbol.asyncDispose]();
  }

  #reset(): void {
    const { interrupts } = this.#device;
    const { reset } = this.#settings;
    if (reset === undefined) this.#device.reset();
    this.#command(MEMORY_AND_MASTER);
    if (reset !== undefined) {
      this.#bar.write(reset.register, REGISTER_BITS, reset.value);
      // It has arrived when a read after it is answered.
      this.#bar.read(reset.register, REGISTER_BITS);
    }
    const { vectors } = pcieTraits(this.#settings);
    interrupts.enable(0);
    interrupts.enable(vectors);
    for (let vector = 0; vector < vectors; vector++) interrupts.take(vector);
  }

  #command(bits: number): void {
    const { config } = this.#device;
    config.write(COMMAND, 16, (config.read(COMMAND, 16) & ~MEMORY_AND_MASTER) | bits);
  }
}
