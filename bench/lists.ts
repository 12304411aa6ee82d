import type { WindowTable } from "../src/bus/window.ts";
import { logicalAddress, PAGE_SIZE, physicalAddress } from "../src/core/address.ts";
import { silentLog } from "../src/core/log.ts";
import { Random } from "../src/core/random.ts";
import { openLink } from "../src/links/registry.ts";
import { HostMemory } from "../src/memory/host-memory.ts";
import type { Mdl } from "../src/memory/mdl.ts";
import { PhysicalMemory } from "../src/memory/physical-memory.ts";
import {
  DEVICE_DESCRIPTION_VERSION3,
  DISPATCH_LEVEL,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  PCIBus,
} from "../src/wdm/constants.ts";
import type { Out } from "../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../src/wdm/dma-system.ts";
import type { ScatterGatherElement, ScatterGatherList } from "../src/wdm/scatter-gather.ts";
import { type Figure, figure } from "./figure.ts";

const LENGTH = 1 << 20;
const SAMPLE = 200;
const SAMPLES = 41;
const closed = { close: () => {} };
const noWindows = { open: () => closed } as unknown as WindowTable;

/** A list for 1 MiB in scattered pages and its return, beside a plain loop over the pages that merges neighbours. */
export async function measureLists(cacheDirectory: string): Promise<Figure[]> {
  const plain = lists(memoryOf(new Uint8Array(8 << 20)), noWindows);
  await using link = await openLink(
    "bench",
    { link: "simulator", engine: "wasm" },
    { seed: 1n, cacheDirectory, log: silentLog },
  );
  const real = lists(link.memory, link.windows);
  const rounds = Array.from({ length: SAMPLES + 10 }, () => ({
    loop: time(() => merge(plain.mdl)),
    list: time(plain.list),
    windows: time(real.list),
  })).slice(10);
  const pick = (what: string, name: keyof (typeof rounds)[0], note: string): Figure =>
    figure(
      what,
      "µs",
      rounds.map((round) => round[name]),
      note,
    );
  const ratios = rounds.map(({ list, loop }) => list / loop);
  return [
    pick("merging loop, 1 MiB", "loop", "elements of 256 scattered pages, no interface"),
    pick("scatter/gather list, 1 MiB", "list", "context, GetScatterGatherListEx, PutScatterGatherList"),
    pick(
      "the same with windows",
      "windows",
      "every element opened and closed for the device of the simulator",
    ),
    figure("scatter/gather list : merging loop", "", ratios, "1 MiB, in the same round"),
  ];
}

function time(work: () => void): number {
  const start = performance.now();
  for (let index = 0; index < SAMPLE; index++) work();
  return ((performance.now() - start) * 1000) / SAMPLE;
}

function merge({ pageFrameNumbers, byteOffset, byteCount }: Mdl): ScatterGatherElement[] {
  const elements: ScatterGatherElement[] = [];
  let at = byteOffset;
  let left = byteCount;
  let start = -1;
  let end = -1;
  for (const frame of pageFrameNumbers) {
    const bytes = Math.min(left, PAGE_SIZE - at);
    const address = frame * PAGE_SIZE + at;
    if (address !== end) {
      if (start >= 0)
        elements.push({ address: logicalAddress(BigInt(start)), length: end - start, reserved: 0 });
      start = address;
    }
    end = address + bytes;
    left -= bytes;
    at = 0;
  }
  elements.push({ address: logicalAddress(BigInt(start)), length: end - start, reserved: 0 });
  return elements;
}

function memoryOf(bytes: Uint8Array): PhysicalMemory {
  return new PhysicalMemory(bytes, [
    { base: physicalAddress(0x1_0000_0000n), lengthBytes: bytes.length, offset: 0 },
  ]);
}

function lists(memory: PhysicalMemory, windows: WindowTable): { mdl: Mdl; list: () => void } {
  const host = new HostMemory(memory, new Random(1n));
  const system = new DmaSystem({ host, windows });
  const adapter = system.ioGetDmaAdapter(
    null,
    {
      ...{ version: DEVICE_DESCRIPTION_VERSION3, master: true, scatterGather: true, interfaceType: PCIBus },
      ...{ maximumLength: LENGTH, dmaAddressWidth: 64 },
    },
    { value: undefined },
  );
  if (adapter === null) throw new Error("no adapter");
  const { dmaOperations: operations } = adapter;
  const context = new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1);
  const deviceObject = { name: "bench", currentIrp: null };
  const out: Out<ScatterGatherList> = { value: undefined };
  const { mdl } = host.allocate({ lengthBytes: LENGTH });
  const list = (): void => {
    operations.initializeDmaTransferContext(adapter, context);
    const irql = system.keRaiseIrql(DISPATCH_LEVEL);
    operations.getScatterGatherListEx(
      ...([adapter, deviceObject, context, mdl, 0, LENGTH, DMA_SYNCHRONOUS_CALLBACK] as const),
      ...([null, null, true, null, null, out] as const),
    );
    operations.freeAdapterObject(adapter, 3);
    operations.putScatterGatherList(adapter, out.value as ScatterGatherList, true);
    system.keLowerIrql(irql);
  };
  return { mdl, list };
}
