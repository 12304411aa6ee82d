import { expect, test } from "hilt";

/** One element over many pages: the device itself must end its bursts at page boundaries. */
test("a contiguous buffer at an odd address, both ways", async ({ host, device, rng }) => {
  const lengthBytes = Math.min(65_536, device.identity.cardMemoryBytes - 5);
  const source = host.allocate({ lengthBytes, offset: 4001, contiguous: true });
  const target = host.allocate({ lengthBytes, offset: 1003, contiguous: true });
  source.write(rng.bytes(lengthBytes));

  const sent = await device.hostToCard(source, { cardAddress: 5 });
  expect(sent.elements).toBe(1);
  await device.cardToHost(target, { cardAddress: 5 });

  expect(target).toHoldBytes(source.read());
});
