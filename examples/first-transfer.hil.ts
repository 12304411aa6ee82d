import { expect, test } from "hilt";

test("a buffer travels to the card and back", async ({ host, device, rng }) => {
  const cardAddress = 64;
  const lengthBytes = Math.min(10_000, device.identity.cardMemoryBytes - cardAddress);
  // Two buffers in scattered pages of host memory, the second at an odd place in its page.
  const source = host.allocate({ lengthBytes });
  const target = host.allocate({ lengthBytes, offset: 123 });
  source.write(rng.bytes(lengthBytes));

  await device.hostToCard(source, { cardAddress });
  await device.cardToHost(target, { cardAddress });

  expect(target).toHoldBytes(source.read());
});

test("a write leaves its source alone", async ({ host, device, rng }) => {
  const data = rng.bytes(4096);
  const source = host.allocate({ lengthBytes: data.length, offset: 7 });
  source.write(data);

  const { elements, lengthBytes } = await device.hostToCard(source);

  expect(source).toHoldBytes(data);
  expect(lengthBytes).toBe(4096);
  // 4096 bytes from offset 7 span two pages, which are one element where they happen to be neighbours.
  expect(elements).toBeLessThanOrEqual(2);
});
