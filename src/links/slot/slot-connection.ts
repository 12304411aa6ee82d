import { LinkLostError, WindowError } from "../../bus/errors.ts";
import type { Link } from "../../bus/link.ts";
import { designMessages } from "../../engine/verilator/design-messages.ts";
import type { NativeMessage } from "../../engine/verilator/library.ts";
import { layOutBanks, PhysicalMemory } from "../../memory/physical-memory.ts";
import { standardProfile } from "../../memory/platform-profile.ts";
import { ControlCode } from "../../wire/control-message.ts";
import { settingsWords } from "../cocotb/settings-words.ts";
import { vectorsOf } from "../device-binding.ts";
import type { Connection, FreshOptions } from "../link-kind.ts";
import { LinkState } from "../link-state.ts";
import { PageWindows } from "../pcie/page-windows.ts";
import { SimulationEndedError } from "../simulator/errors.ts";
import { HARNESS } from "../simulator/harness-source.ts";
import { RESET_CYCLES } from "../simulator/wave-recorder.ts";
import { SlotControl } from "./slot-control.ts";
import { SlotLink } from "./slot-link.ts";
import { type SlotTarget, slotPace, slotTraits } from "./slot-traits.ts";
import { SlotWaves } from "./slot-waves.ts";
import type { RunningSlot } from "./start-slot.ts";
import { VfioUserDevice } from "./vfio-user-device.ts";

/** Bits of the command register: memory space, and bus master. */
const COMMAND = 4;
const MEMORY_AND_MASTER = 6;

export interface SlotConnectionParts {
  readonly name: string;
  readonly settings: SlotTarget;
  readonly slot: RunningSlot;
  readonly stallMs: number;
  /** Patterns of signals that can be recorded. */
  readonly patterns: readonly string[] | undefined;
}

/** A slot of this worker's own: each test has a device after power-up, and host memory of its own. */
export class SlotConnection implements Connection {
  readonly #parts: SlotConnectionParts;
  readonly #control: SlotControl;
  readonly #device: VfioUserDevice;
  #link: SlotLink | undefined;
  #lost: LinkLostError | undefined;

  constructor(parts: SlotConnectionParts) {
    const { name, slot, stallMs } = parts;
    this.#parts = parts;
    this.#control = new SlotControl(name, slot.control, stallMs);
    this.#device = new VfioUserDevice(name, slot.socket, {
      limitMs: stallMs,
      onRefusedMapping: (iova, cause) => {
        const window = this.#link?.windows.at(iova);
        const why = `the slot refuses it: ${cause.message}`;
        this.#link?.lose(window === undefined ? cause : new WindowError(window, why, { cause }));
      },
    });
    slot.lost.catch((cause: Error) => {
      this.#lost = new LinkLostError(name, cause.message, { cause });
      this.#link?.lose(this.#lost);
    });
    this.#device.interrupts.enable(vectorsOf(parts.settings.device));
  }

  async fresh({ seed, banks: layouts, waves, onMessage }: FreshOptions): Promise<Link> {
    if (this.#lost !== undefined) throw this.#lost;
    const { name, settings, patterns } = this.#parts;
    const control = this.#control;
    const device = this.#device;
    const state = new LinkState(name);
    control.listener = undefined;
    control.watch(0);
    control.move(ControlCode.reset, settingsWords(settings.harness ?? {}, seed, []));
    for (let vector = 0; vector < device.interrupts.vectors; vector++) device.interrupts.take(vector);
    const { config } = device;
    config.write(COMMAND, 16, config.read(COMMAND, 16) | MEMORY_AND_MASTER);
    const banks = layOutBanks(layouts ?? standardProfile.banks);
    const ram = device.dma.allocate(banks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0));
    const memory = new PhysicalMemory(ram.bytes, banks);
    const windows = new PageWindows(device.dma, ram, memory, settings.pageRights ?? "exact");
    const record =
      waves === undefined ? undefined : SlotWaves.begin(control, waves, patterns as readonly string[]);
    const onSaid = (messages: readonly NativeMessage[]): void => {
      for (const message of designMessages(messages, HARNESS)) {
        const own = { ...message, cycle: message.cycle - RESET_CYCLES };
        onMessage?.(own);
        if (
          own.kind === "finish" ||
          own.kind === "stop" ||
          own.kind === "fatal" ||
          own.kind === "error" ||
          own.kind === "assert"
        )
          link.lose(new SimulationEndedError(name, own));
      }
    };
    const link = new SlotLink({
      ...{ name, state, device, control, memory, windows, waves: record, onSaid },
      traits: slotTraits(settings, { waves: waves !== undefined }),
      pace: slotPace(settings),
      close: async () => {
        this.#link = undefined;
        control.listener = undefined;
        try {
          if (this.#lost === undefined) {
            windows.closeAll();
            record?.end();
          }
        } catch (error) {
          // A slot that is gone has left nothing to close.
          if (!(error instanceof LinkLostError)) throw error;
        } finally {
          ram[Symbol.dispose]();
        }
      },
    });
    this.#link = link;
    control.listener = link;
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#device[Symbol.asyncDispose]();
    this.#control[Symbol.dispose]();
    await this.#parts.slot[Symbol.asyncDispose]();
  }
}
