import { expect, test } from "hilt";

/** Only where host memory can be told to fail: on a card this test is skipped, and the report says why. */
test.needs("errors")(
  "a transfer whose read fails is reported, and the next one works",
  async ({ host, device, link, rng }) => {
    const source = host.allocate({ lengthBytes: 1000, offset: 3 });
    source.write(rng.bytes(1000));

    link.errors?.afterBeats(20, "read", "SLVERR");
    await expect(device.hostToCard(source)).rejects.toThrow(/^h2c: SLVERR /);

    const target = host.allocate({ lengthBytes: 1000 });
    await device.hostToCard(source);
    await device.cardToHost(target);
    expect(target).toHoldBytes(source.read());
  },
);
