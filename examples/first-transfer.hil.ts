import { expect, test } from "hilt";

test("a buffer travels to the card and back", async ({ host, device, rng }) => {
  // Two buffers in scattered pages of host memory, the second at an odd place in its page.
  const source = host.allocate({ lengthBytes: 10_000 });
  const target = host.allocate({ lengthBytes: 10_000, offset: 123 });
  source.write(rng.bytes(10_000));

  await device.hostToCard(source, { cardAddress: 64 });
  await device.cardToHost(target, { cardAddress: 64 });

  expect(target).toHoldBytes(source.read());
});

test("a write leaves its source alone", async ({ host, device, rng }) => {
  const data = rng.bytes(4096);
  const source = host.allocate({ lengthBytes: data.length, offset: 7 });
  source.write(data);

  const { elements, cycles } = await device.hostToCard(source);

  expect(source).toHoldBytes(data);
  expect(elements).toBeGreaterThan(1); // 4096 bytes from offset 7 span two pages, and no two pages are neighbours
  expect(cycles).toBeGreaterThan(4096 / 8);
});
