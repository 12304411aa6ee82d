import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MAGIC } from "../../src/spec/registers.ts";
import { holdUp } from "../system/slot/hold-up.ts";
import { RawClient } from "../system/slot/raw-client.ts";
import { BUS_MASTER, COMMAND, CONFIG, MEMORY_ENABLE, registersOf } from "../system/slot/raw-device.ts";

const program = fileURLToPath(new URL("../../bin/hilt.js", import.meta.url));

/** The command, with what it has printed when its first line is there. */
async function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [program, "slot", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(child.stdout, "data");
  return { child, text: () => text };
}

test("hilt slot starts a slot that a client finds, says how QEMU gets it, and ends it on Ctrl-C", async () => {
  const facts = await start("--json");
  const { socket, pid, name } = JSON.parse(facts.text()) as { socket: string; pid: number; name: string };
  expect(name, "the first target of the configuration that has the link").toBe("slot");
  using client = await RawClient.connect(socket, { read: () => undefined, write: () => false });
  client.write(CONFIG, COMMAND, MEMORY_ENABLE | BUS_MASTER, 2);
  expect(await registersOf(client).global.read("MAGIC")).toBe(MAGIC);
  facts.child.kill("SIGINT");
  expect(await once(facts.child, "exit")).toEqual([0, null]);
  expect(existsSync(socket)).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  const lines = await start("slot-rough");
  const path = /socket (\S+)$/m.exec(lines.text())?.[1];
  expect(lines.text()).toContain(
    `-device '{"driver":"vfio-user-pci","socket":{"path":"${path}","type":"unix"}}'`,
  );
  lines.child.kill("SIGTERM");
  expect(await once(lines.child, "exit")).toEqual([0, null]);
});

test("a slot whose hilt was killed ends, also when it is held up", async () => {
  const { child, text } = await start("--json");
  const { control } = JSON.parse(text()) as { control: string };
  await using held = await holdUp(control);
  child.kill("SIGKILL");
  await held.closed;
});

test("a target that is none of this link is a usage error", async () => {
  const child = spawn(process.execPath, [program, "slot", "wasm"], { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  expect(await once(child, "close")).toEqual([2, null]);
  expect(text).toContain('hilt slot: no target wasm with link: "slot"');
});
