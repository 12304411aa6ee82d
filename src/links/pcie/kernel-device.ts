import { LinkLostError } from "../../bus/errors.ts";
import { ioctl } from "../../native/ioctl.ts";
import { checkSetup } from "./card-setup.ts";
import { describeFunction, findFunction, SYSFS } from "./pci-function.ts";
import type { PcieDevice, PcieRegion } from "./pcie-device.ts";
import { decodeStruct, encodeStruct, structs, vfio } from "./vfio-abi.ts";
import { VfioDma } from "./vfio-dma.ts";
import { VfioHandles } from "./vfio-handles.ts";
import { VfioInterrupts } from "./vfio-interrupts.ts";
import { FileRegion, MappedRegion, regionInfo } from "./vfio-region.ts";

/** Of configuration space, in every function (PCI Local Bus Specification 3.0, section 6.2). */
const COMMAND = 0x04;
const CLASS = 0x08;
const MEMORY_ENABLE = 0x2;
const BUS_MASTER = 0x4;

/** A card in this computer, by the kernel's VFIO: its IOMMU confines what the card reaches to what is mapped. */
export class KernelDevice implements PcieDevice {
  readonly config: PcieRegion;
  readonly bars: ReadonlyMap<number, PcieRegion & Disposable>;
  readonly interrupts: VfioInterrupts;
  readonly dma: VfioDma;
  readonly hasReset: boolean;
  readonly #handles: VfioHandles;
  readonly #checkPresence: () => void;
  #isOpen = true;

  private constructor(name: string, card: string, handles: VfioHandles) {
    const { device } = handles;
    this.#handles = handles;
    const info = encodeStruct(structs.vfio_device_info, {});
    ioctl(device, vfio.VFIO_DEVICE_GET_INFO, info);
    const { flags } = decodeStruct(structs.vfio_device_info, info);
    this.hasReset = (flags & vfio.VFIO_DEVICE_FLAGS_RESET) !== 0;
    const config = regionInfo(device, vfio.VFIO_PCI_CONFIG_REGION_INDEX);
    if (config === undefined) throw new LinkLostError(name, `card ${card} has no configuration space`);
    this.config = new FileRegion(device, config);
    this.interrupts = new VfioInterrupts(device);
    this.dma = new VfioDma(handles.container);
    this.#checkPresence = () => {
      // Its class, which the kernel passes on as it is; where nothing answers it is all ones.
      if (this.config.read(CLASS, 32) === 0xffff_ffff)
        throw new LinkLostError(name, `card ${card} is gone: it does not answer in configuration space`);
    };
    this.bars = openBars(device, this.#checkPresence);
  }

  /**
   * Throws `NoCardError`, `CardSetupError` or `CardBusyError`. `card`: an address or vendor and device, as
   * `findFunction` takes them.
   */
  static open(name: string, card: string, sysfs: string = SYSFS): KernelDevice {
    const found = findFunction(name, card, sysfs);
    checkSetup(name, found, sysfs);
    const handles = VfioHandles.open(name, found);
    try {
      return new KernelDevice(name, describeFunction(found), handles);
    } catch (error) {
      handles[Symbol.dispose]();
      throw error;
    }
  }

  reset(): void {
    this.#checkPresence();
    this.interrupts.enable(0);
    ioctl(this.#handles.device, vfio.VFIO_DEVICE_RESET);
    // The kernel puts configuration space back as it was before the reset.
    this.#command(0);
  }

  /** The function reaches nothing any more before what it reached is gone; all is closed, also when the card is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const errors: unknown[] = [];
    for (const step of [
      () => this.#command(MEMORY_ENABLE),
      () => this.interrupts.enable(0),
      () => this.dma.unmapAll(),
      ...[...this.bars.values()].map((bar) => () => bar[Symbol.dispose]()),
      () => this.#handles[Symbol.dispose](),
      () => this.interrupts[Symbol.dispose](),
    ]) {
      try {
        step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  #command(bits: number): void {
    const others = this.config.read(COMMAND, 16) & ~(MEMORY_ENABLE | BUS_MASTER);
    this.config.write(COMMAND, 16, others | bits);
  }
}

function openBars(device: number, checkPresence: () => void): Map<number, PcieRegion & Disposable> {
  const bars = new Map<number, PcieRegion & Disposable>();
  for (let index = vfio.VFIO_PCI_BAR0_REGION_INDEX; index <= vfio.VFIO_PCI_BAR5_REGION_INDEX; index++) {
    const info = regionInfo(device, index);
    if (info === undefined) continue;
    bars.set(
      index,
      info.isMappable ? new MappedRegion(device, info, checkPresence) : new FileRegion(device, info),
    );
  }
  return bars;
}
