import {
  type DeviceObject,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  type DmaAdapter,
  type DmaSystem,
  type DmaTransferInfo,
  type DriverListControl,
  expect,
  type Mdl,
  NT_SUCCESS,
  type ScatterGatherElement,
  type ScatterGatherList,
  STATUS_INSUFFICIENT_RESOURCES,
  scatterGatherBuffer,
  test,
} from "hilt";

/** Memory for a transfer, allocated when the driver starts. */
interface Block {
  readonly context: Uint8Array;
  readonly listBuffer: ScatterGatherList;
  readonly listBytes: number;
}

interface Packet {
  readonly mdl: Mdl;
  readonly lengthBytes: number;
}

const BLOCKS = 4;
const LIST_BYTES = 1024;

/**
 * The sending half of a driver, in the manner of a network miniport: contexts and lists are allocated before, packets wait in a queue for one
 * of them, and a packet is completed by a deferred routine after the device's interrupt.
 */
class Miniport {
  readonly sent: Packet[] = [];
  readonly refused: Packet[] = [];
  readonly #system: DmaSystem;
  readonly #adapter: DmaAdapter;
  readonly #program: (elements: readonly ScatterGatherElement[]) => Promise<void>;
  readonly #deviceObject: DeviceObject = { name: "miniport", currentIrp: null };
  readonly #blocks: Block[] = [];
  readonly #queue: Packet[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(
    system: DmaSystem,
    adapter: DmaAdapter,
    program: (elements: readonly ScatterGatherElement[]) => Promise<void>,
  ) {
    this.#system = system;
    this.#adapter = adapter;
    this.#program = program;
    for (let index = 0; index < BLOCKS; index++)
      this.#blocks.push({
        context: new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1),
        listBuffer: scatterGatherBuffer(),
        listBytes: LIST_BYTES,
      });
  }

  send(packet: Packet): void {
    this.#queue.push(packet);
    this.#startNext();
  }

  /** Resolves when all packets are sent. */
  async flush(): Promise<void> {
    while (
      this.sent.length + this.refused.length === 0 ||
      this.#queue.length > 0 ||
      this.#blocks.length < BLOCKS
    )
      await this.#running;
  }

  #startNext(): void {
    const block = this.#blocks.pop();
    const packet = this.#queue.shift();
    if (block === undefined || packet === undefined) {
      if (block !== undefined) this.#blocks.push(block);
      if (packet !== undefined) this.#queue.unshift(packet);
      return;
    }
    if (!NT_SUCCESS(this.#map(block, packet))) {
      this.refused.push(packet);
      this.#blocks.push(block);
    }
  }

  #map({ context, listBuffer, listBytes }: Block, packet: Packet): number {
    const operations = this.#adapter.dmaOperations;
    const info: DmaTransferInfo = { version: 1 };
    operations.getDmaTransferInfo(this.#adapter, packet.mdl, 0, packet.lengthBytes, true, info);
    if ((info.scatterGatherListSize ?? 0) > listBytes) return STATUS_INSUFFICIENT_RESOURCES;
    const processList: DriverListControl = (_deviceObject, _irp, list) => {
      this.#running = this.#running.then(() =>
        this.#transmit({ context, listBuffer, listBytes }, packet, list),
      );
    };
    const initialised = operations.initializeDmaTransferContext(this.#adapter, context);
    if (!NT_SUCCESS(initialised)) return initialised;
    return this.#system.atDispatch(() =>
      operations.buildScatterGatherListEx(
        this.#adapter,
        this.#deviceObject,
        context,
        packet.mdl,
        0, // Offset
        packet.lengthBytes,
        0, // Flags
        processList,
        null, // Context
        true, // WriteToDevice
        listBuffer,
        listBytes,
        null, // DmaCompletionRoutine
        null, // CompletionContext
        null, // ScatterGatherList
      ),
    );
  }

  /** From the list to the deferred routine of the interrupt. */
  async #transmit(block: Block, packet: Packet, list: ScatterGatherList): Promise<void> {
    await this.#program(list.elements);
    this.#system.atDispatch(() =>
      this.#adapter.dmaOperations.putScatterGatherList(this.#adapter, list, true),
    );
    this.sent.push(packet);
    this.#blocks.push(block);
    this.#startNext();
  }
}

test.needs("register-mode")(
  "a miniport sends packets of several buffers, more than it has blocks for",
  async ({ host, system, adapter, device, link, rng }) => {
    let cardAddress = 0;
    const miniport = new Miniport(system, adapter, async (elements) => {
      for (const { address, length } of elements) {
        device.registers.h2c.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
        device.registers.h2c.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
        device.registers.h2c.write("CARD_ADDRESS", cardAddress);
        device.registers.h2c.write("LENGTH", length);
        device.registers.h2c.write("COMMAND", 1);
        await link.waitForInterrupt();
        device.registers.global.write("IRQ_STATUS", await device.registers.global.read("IRQ_STATUS"));
        cardAddress += length;
      }
    });
    const most = Math.floor(device.identity.cardMemoryBytes / 12);
    const packets = Array.from({ length: 3 * BLOCKS }, () => {
      const parts = [14, 20, rng.integer(1, Math.min(1500, most) - 34)];
      const chain = host.chain(
        parts.map((lengthBytes) => host.allocate({ lengthBytes, offset: rng.integer(0, 100) })),
      );
      chain.write(rng.bytes(chain.lengthBytes));
      return chain;
    });
    for (const packet of packets) miniport.send(packet);
    await miniport.flush();
    expect(miniport.sent).toEqual(packets);
    expect(miniport.refused).toEqual([]);
    const whole = host.allocate({ lengthBytes: cardAddress });
    await device.cardToHost(whole);
    let at = 0;
    for (const packet of packets) {
      expect(whole.read(at, packet.lengthBytes)).toEqual(packet.read());
      at += packet.lengthBytes;
    }
  },
);
