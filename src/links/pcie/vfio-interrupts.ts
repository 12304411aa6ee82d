import { EventCounter } from "../../native/event-counter.ts";
import { ioctl } from "../../native/ioctl.ts";
import type { PcieInterrupts } from "./pcie-device.ts";
import { decodeStruct, encodeStruct, structs, vfio } from "./vfio-abi.ts";

const DESCRIPTOR_BYTES = 4;

/** Messages of a function, each vector bound to a counter of the kernel. */
export class VfioInterrupts implements PcieInterrupts, Disposable {
  readonly vectors: number;
  readonly #device: number;
  readonly #index: number;
  readonly #counters: readonly EventCounter[];
  #enabled = 0;

  constructor(device: number) {
    this.#device = device;
    const [msix, msi] = [vfio.VFIO_PCI_MSIX_IRQ_INDEX, vfio.VFIO_PCI_MSI_IRQ_INDEX] as const;
    this.#index = countOf(device, msix) > 0 ? msix : msi;
    this.vectors = countOf(device, this.#index);
    this.#counters = Array.from({ length: this.vectors }, () => new EventCounter());
  }

  enable(vectors: number): void {
    if (vectors > this.vectors)
      throw new RangeError(`the function has ${this.vectors} messages, not ${vectors}`);
    if (vectors === this.#enabled) return;
    // Their number cannot change while there are any, and the kernel refuses to end none.
    if (this.#enabled > 0) setCounters(this.#device, this.#index, []);
    if (vectors > 0) setCounters(this.#device, this.#index, this.#counters.slice(0, vectors));
    this.#enabled = vectors;
  }

  take(vector: number): number {
    return this.#counter(vector).take();
  }

  watch(vector: number, listener: (count: number) => void): Disposable {
    return this.#counter(vector).watch(listener);
  }

  [Symbol.dispose](): void {
    for (const each of this.#counters) each[Symbol.dispose]();
  }

  #counter(vector: number): EventCounter {
    const counter = this.#counters[vector];
    if (counter === undefined) throw new RangeError(`the function has no message ${vector}`);
    return counter;
  }
}

/** Binds the interrupts of an index to counters, from the first on; none of them ends all. */
export function setCounters(device: number, index: number, counters: readonly EventCounter[]): void {
  const none = counters.length === 0;
  const data = none ? vfio.VFIO_IRQ_SET_DATA_NONE : vfio.VFIO_IRQ_SET_DATA_EVENTFD;
  const flags = data | vfio.VFIO_IRQ_SET_ACTION_TRIGGER;
  const values = { flags, index, start: 0, count: counters.length };
  const bytes = encodeStruct(structs.vfio_irq_set, values, DESCRIPTOR_BYTES * counters.length);
  for (const [at, { descriptor }] of counters.entries())
    bytes.writeInt32LE(descriptor, structs.vfio_irq_set.lengthBytes + DESCRIPTOR_BYTES * at);
  ioctl(device, vfio.VFIO_DEVICE_SET_IRQS, bytes);
}

function countOf(device: number, index: number): number {
  const bytes = encodeStruct(structs.vfio_irq_info, { index });
  ioctl(device, vfio.VFIO_DEVICE_GET_IRQ_INFO, bytes);
  return decodeStruct(structs.vfio_irq_info, bytes).count;
}
