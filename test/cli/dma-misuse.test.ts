import { expect, test } from "vitest";
import type { RunResult } from "../../src/report/run-result.ts";
import { projectOf } from "./user-project.ts";

const project = projectOf({
  "strays.hil.ts": `import { test } from "hilt";
const read = async ({ device, link }, address) => {
  device.registers.h2c.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
  device.registers.h2c.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
  device.registers.h2c.write("LENGTH", 64);
  device.registers.h2c.write("COMMAND", 1);
  await link.waitForInterrupt();
};
test("another direction", async ({ host, adapter, device, link }) => {
  using mapped = await adapter.map(host.allocate({ lengthBytes: 64 }).mdl, { writeToDevice: false });
  await read({ device, link }, mapped.elements[0].address);
});
test("given back", async ({ host, adapter, device, link }) => {
  const mapped = await adapter.map(host.allocate({ lengthBytes: 64 }).mdl, { writeToDevice: true });
  mapped[Symbol.dispose]();
  await read({ device, link }, mapped.elements[0].address);
});
test("not mapped yet", async ({ host, adapter, device, link }) => {
  const { mdl } = host.allocate({ lengthBytes: 64 });
  await read({ device, link }, BigInt(mdl.pageFrameNumbers[0]) * 4096n);
  using mapped = await adapter.map(mdl, { writeToDevice: true });
  await link.idle(10);
});
test("a chain without an end", async ({ host, device }) => {
  const buffer = host.allocate({ lengthBytes: 64 });
  const chain = host.chain([buffer, buffer]);
  Object.assign(chain.mdl, { next: chain.mdl });
  await device.hostToCard(chain);
});
test("one byte left", async ({ host, adapter }) => {
  await adapter.map(host.allocate({ lengthBytes: 1 }).mdl, { writeToDevice: true });
});
`,
});

test("the report names a mistake of a driver as it was when the device met it, with the lines of the bench", () => {
  const { status, stdout } = project.hilt("run", "strays.hil.ts", "--json");
  expect(status).toBe(1);
  const { benches } = JSON.parse(stdout) as RunResult;
  const found = Object.fromEntries(
    benches.map(({ name, problems }) => [name, problems.map(({ code, message }) => `${code} ${message}`)]),
  );
  expect(found).toEqual({
    "another direction": [
      expect.stringMatching(
        /^E_WINDOW the device tried to read logical 0x\w+ in cycle \d+, that is mapped for it to write alone: 64 bytes .*, mapped at strays\.hil\.ts:10:/,
      ),
    ],
    "given back": [
      expect.stringMatching(
        /^E_WINDOW .*, that was mapped and given back: .* given back at strays\.hil\.ts:15:/,
      ),
    ],
    "not mapped yet": [expect.stringMatching(/^E_WINDOW .*, outside every window/)],
    "a chain without an end": [
      expect.stringMatching(/^E_ADAPTER_STATUS GetScatterGatherListEx returned STATUS_INVALID_PARAMETER/),
      expect.stringMatching(/^E_FINDING DMA verifier X21 .*leads back[\s\S]*\n {2}at strays\.hil\.ts:28:/),
    ],
    "one byte left": [
      expect.stringMatching(
        /^E_HOLDINGS the test ended with 1 scatter\/gather list not given back\n {2}1 byte at byte 0 of the MDL chain, memory to device, 1 element, .*, mapped at strays\.hil\.ts:31:/,
      ),
    ],
  });
});
