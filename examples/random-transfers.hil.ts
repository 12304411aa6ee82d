import { expect, test } from "hilt";

test("fifty random transfers, both channels at once", async ({ host, device, rng }) => {
  const half = device.identity.cardMemoryBytes / 2;
  for (let round = 0; round < 25; round++) {
    const lengthBytes = rng.logInteger(1, half);
    const source = host.allocate({ lengthBytes, offset: rng.integer(0, 4095) });
    const target = host.allocate({ lengthBytes, offset: rng.integer(0, 4095) });
    source.write(rng.bytes(lengthBytes));
    const here = rng.integer(0, half - lengthBytes);

    // The card's upper half is filled while its lower half, filled in the round before, is read back.
    const [lower, upper] = round % 2 === 0 ? [0, half] : [half, 0];
    await device.hostToCard(source, { cardAddress: lower + here });
    const other = host.allocate({ lengthBytes });
    await Promise.all([
      device.cardToHost(target, { cardAddress: lower + here }),
      device.hostToCard(other, { cardAddress: upper + here }),
    ]);

    expect(target).toHoldBytes(source.read());
    for (const buffer of [source, target, other]) buffer.free();
  }
});
