import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Argv } from "yargs";
import { CommandLineError } from "../options.ts";

export const command = "init";
export const describe = "write a configuration and a first bench into this folder";

export function builder(yargs: Argv) {
  return yargs;
}

const files: Readonly<Record<string, string>> = {
  "hilt.config.ts": `import { defineConfig } from "hilt/config";

export default defineConfig({
  benches: ["benches"],
  targets: {
    // The built-in simulator: ideal host memory, and one that is slow and holds back at random.
    wasm: { link: "simulator", engine: "wasm" },
    "wasm-rough": {
      link: "simulator",
      engine: "wasm",
      harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 },
    },
  },
});
`,
  "benches/first-transfer.hil.ts": `import { expect, test } from "hilt";

test("a buffer travels to the card and back", async ({ host, device, rng }) => {
  const cardAddress = 64;
  const lengthBytes = Math.min(10_000, device.identity.cardMemoryBytes - cardAddress);
  const source = host.allocate({ lengthBytes });
  const target = host.allocate({ lengthBytes, offset: 123 });
  source.write(rng.bytes(lengthBytes));

  await device.hostToCard(source, { cardAddress });
  await device.cardToHost(target, { cardAddress });

  expect(target).toHoldBytes(source.read());
});
`,
};

/** `hilt init`: refuses to touch what is there. */
export async function handler(): Promise<number> {
  const taken = Object.keys(files).find((path) => existsSync(resolve(path)));
  if (taken !== undefined)
    throw new CommandLineError(`${taken} is there already; hilt init overwrites nothing`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeFileSync(resolve(path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
  process.stdout.write("next: npx hilt run\n");
  return 0;
}
