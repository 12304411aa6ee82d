import { describe, expect, test } from "hilt";

/**
 * A thousand transfers in twenty tests: any alignment on both sides, lengths log-uniform from 1 byte to 64 KiB, both
 * directions, one after the other and both at once. The target decides latencies and stalls.
 */
describe("random transfers", () => {
  test.for(Array.from({ length: 20 }, (_, index) => index))(
    "group %i",
    async (_group, { host, device, rng }) => {
      const card = new Uint8Array(device.identity.cardMemoryBytes);
      const half = card.length / 2;
      const longest = Math.min(65_536, half);

      async function write(base: number): Promise<() => void> {
        const lengthBytes = rng.logInteger(1, longest);
        const at = base + rng.integer(0, half - lengthBytes);
        const data = rng.bytes(lengthBytes);
        const buffer = host.allocate({ lengthBytes, offset: rng.integer(0, 4095) });
        buffer.write(data);
        await device.hostToCard(buffer, { cardAddress: at });
        card.set(data, at);
        return () => {
          expect(buffer).toHoldBytes(data);
          buffer.free();
        };
      }

      async function read(base: number): Promise<() => void> {
        const lengthBytes = rng.logInteger(1, longest);
        const at = base + rng.integer(0, half - lengthBytes);
        const buffer = host.allocate({ lengthBytes, offset: rng.integer(0, 4095) });
        const expected = card.slice(at, at + lengthBytes);
        await device.cardToHost(buffer, { cardAddress: at });
        return () => {
          expect(buffer).toHoldBytes(expected);
          buffer.free();
        };
      }

      // The card starts with unknown contents: fill it before reading any of it.
      const all = host.allocate({ lengthBytes: card.length });
      all.write(rng.bytes(card.length));
      await device.hostToCard(all);
      card.set(all.read());
      all.free();

      for (let done = 0; done < 50; done += 4) {
        const checks = [await write(0), await read(0)];
        checks.push(...(await Promise.all(done % 8 === 0 ? [write(0), read(half)] : [read(0), write(half)])));
        for (const check of checks) check();
      }
    },
  );
});
