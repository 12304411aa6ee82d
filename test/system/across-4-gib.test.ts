import { expect, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { DmaDevice } from "../../src/driver/dma-device.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import { standardProfile } from "../../src/memory/platform-profile.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
import { busMasterAdapter } from "../bus-master.ts";

const BANK = 2 ** 24;
const GIB_4 = 2 ** 32;
const PAGE = 4096;
const BYTES = 10_000;

test("an element that crosses 4 GiB is one window and one descriptor, both ways", async () => {
  await using link = await openSimulator(
    "across",
    { engine: "wasm" },
    {
      ...{ seed: 1n, cacheDirectory: ".hilt/cache", log: silentLog },
      banks: [
        { base: GIB_4 - BANK, bytes: BANK },
        { base: GIB_4, bytes: BANK },
      ],
    },
  );
  const host = new HostMemory(link.memory, new Random(1n), {
    ...standardProfile,
    fragmentation: "contiguous",
  });
  const system = new DmaSystem({ host, windows: link.windows, limits: { elementBoundary: 2 ** 33 } });
  const adapter = busMasterAdapter(system);
  // The last two pages of the bank below, and two of the one above.
  host.allocate({ lengthBytes: BANK - 2 * PAGE, contiguous: true });
  const source = host.allocate({ lengthBytes: BYTES, offset: 4001, contiguous: true });
  const sent = new Random(2n).bytes(BYTES);
  source.write(sent);
  await using device = await DmaDevice.open({ link, adapter });
  expect(await device.hostToCard(source)).toMatchObject({ elements: 1 });
  source.write(new Uint8Array(BYTES));
  expect(await device.cardToHost(source)).toMatchObject({ elements: 1 });
  expect(Buffer.compare(source.read(), sent)).toBe(0);
  host.checkGuards();
});
