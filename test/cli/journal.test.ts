import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { beforeAll, expect, test, vi } from "vitest";
import { handler } from "../../src/cli/commands/journal.ts";
import type { HiltError } from "../../src/core/errors.ts";
import type { RunResult } from "../../src/report/run-result.ts";
import { readJournal } from "../unit/journal/whole-journal.ts";
import { type Ended, projectOf } from "./user-project.ts";

const bench = `import { expect, test } from "hilt";

test("passes", async ({ host, device, rng }) => {
  const source = host.allocate({ lengthBytes: 3000 });
  const target = host.allocate({ lengthBytes: 1000, offset: 5 });
  source.write(rng.bytes(3000));
  await device.hostToCard(source);
  // One after the other into the same bytes, without a look between them.
  await Promise.all([0, 1000, 2000].map((cardAddress) => device.cardToHost(target, { cardAddress })));
  console.log(Buffer.from(source.read()).toString("hex"));
});

test("fails: ü / b", async ({ host, device, link }) => {
  await device.hostToCard(host.allocate({ lengthBytes: 5000 }));
  link.writeRegister(0x18, 0x1234);
  await link.readRegister(0x404).catch(() => {});
  link.writeRegister(0x408, 7);
  await link.readRegister(0).catch(() => {});
  expect(1).toBe(2);
});
`;

/** Ends its process in this way; `before` and `beside` are in the same process. */
const lost = (end: string): string => `import { expect, test } from "hilt";

const moves = async (device, host, link, scratch) => {
  await device.hostToCard(host.allocate({ lengthBytes: 3000 }));
  link.writeRegister(0x18, scratch);
  await link.readRegister(0x18);
};
let isParked;
const parked = new Promise((resolve) => { isParked = resolve; });

test("before", ({ device, host, link }) => moves(device, host, link, 0x1111));
test.concurrent("beside", async ({ device, host, link }) => {
  await moves(device, host, link, 0x2222);
  isParked();
  await new Promise(() => {});
});
test.concurrent("lost", async ({ device, host, link }) => {
  await moves(device, host, link, 0x3333);
  await parked;
  link.writeRegister(0x18, 0x4444);
  ${end};
});
`;
const ends: Readonly<Record<string, string>> = {
  "spins.hil.ts": "for (;;)",
  "aborts.hil.ts": "process.abort()",
  "crashes.hil.ts": 'process.kill(process.pid, "SIGSEGV"); for (;;)',
  "killed.hil.ts": 'process.kill(process.pid, "SIGKILL"); for (;;)',
};

const project = projectOf({
  "hilt.config.mjs":
    "export default { profiles: { tiny: { banks: [{ base: 0x10000000, bytes: 4096 }] } } };\n",
  "b.hil.ts": bench,
  ...Object.fromEntries(Object.entries(ends).map(([name, end]) => [`lost/${name}`, lost(end)])),
});
let run: Ended;
let file: string;
beforeAll(() => {
  run = project.hilt("run", "b.hil.ts");
  file = /^ {4}journal: (.*)$/m.exec(run.stdout)?.[1] ?? "none";
});

type Options = Partial<Parameters<typeof handler>[0]>;

/** What the command prints, without a process of its own. */
async function printed(options: Options = {}): Promise<string> {
  const parts: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => parts.push(String(text)) > 0);
  try {
    const path = join(project.path, options.file ?? file);
    await handler({ action: "show", json: false, ...options, file: path } as Parameters<typeof handler>[0]);
    return parts.join("");
  } finally {
    write.mockRestore();
  }
}

/** Without the lines of the header. */
const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("cycle"));
const show = async (options?: Options): Promise<string[]> => linesOf(await printed(options));

test("a failed test has a journal, which the report names; a passed one has none", () => {
  expect(run.status).toBe(1);
  expect(file).toMatch(/^\.hilt\/runs\/\d{8}-\d{6}-wasm\/journals\/b\.hil\.ts-fails-b\.journal$/);
  const [, id] = /^run: +(\S+)$/m.exec(run.stdout) ?? [];
  const result = JSON.parse(
    readFileSync(join(project.path, `.hilt/runs/${id}/result.json`), "utf8"),
  ) as RunResult;
  expect(result.benches.map(({ facts }) => facts?.journal)).toEqual([undefined, file]);
});

test("hilt journal show prints what crossed the link, with what failed", () => {
  const shown = project.hilt("journal", "show", file);
  expect(shown.stderr).toBe("");
  expect(shown.status).toBe(0);
  expect(shown.stdout).toContain("test:    b.hil.ts > fails: ü / b\n");
  expect(shown.stdout).toMatch(
    /^device: {2}hilt DMA 1\.0, build 0{8}, on target wasm, seed 0x1, run \S+-wasm$/m,
  );
  const lines = linesOf(shown.stdout);
  expect(lines.length).toBeGreaterThan(30);
  const at = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));
  const order = [
    /\(asked \d+\) +host reads {2}MAGIC = 0x544c4948$/,
    /host opens {2}2 read windows of 5000 bytes at logical 0x[0-9a-f]{16} to 0x[0-9a-f]{16}, hash 0x[0-9a-f]{8}$/,
    /device reads 2048 bytes at logical 0x[0-9a-f]{16} \(id 0\)$/,
    /interrupt 0 goes high$/,
    /host closes 2 read windows of 5000 bytes/,
    /host writes SCRATCH = 0x00001234$/,
    /host reads {2}register 0x0404: FAILED, refused$/,
    /host writes register 0x0408 = 0x00000007: FAILED, refused$/,
  ].map(at);
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test("filters by register, address, kind and time", async () => {
  const registers = await show({ register: "scratch,0x404" });
  expect(registers.map((line) => line.slice(31))).toEqual([
    expect.stringContaining("host writes SCRATCH = 0x00001234"),
    expect.stringContaining("host reads  register 0x0404: FAILED, refused"),
  ]);
  const [burst = ""] = (await show({ kind: "access" })).filter((line) => line.includes("2048"));
  const [, address = ""] = /logical (0x[0-9a-f]+)/.exec(burst) ?? [];
  const inside = `0x${(BigInt(address) + 2047n).toString(16)}`;
  const touching = await show({ address: inside });
  expect(touching).toContain(burst);
  expect(touching.join("\n")).not.toMatch(/register|interrupt/);
  const kinds = await show({ kind: "interrupt,windows" });
  expect(kinds.every((line) => /interrupt|window/.test(line))).toBe(true);
  expect(kinds.length).toBeGreaterThan(3);
  const [rise = ""] = await show({ kind: "interrupt" });
  const cycle = Number(/\d+/.exec(rise)?.[0]);
  const cyclesOf = (lines: string[]): number[] => lines.map((line) => Number(/\d+/.exec(line)?.[0]));
  const until = cyclesOf(await show({ to: String(cycle) }));
  expect(Math.max(...until)).toBe(cycle);
  expect(cyclesOf(await show({ to: `${cycle * 10}ns` }))).toEqual(until);
  expect(Math.min(...cyclesOf(await show({ from: `${(cycle + 1) / 100}us` })))).toBeGreaterThan(cycle);
});

test("--json is a line for the header and one for each entry", async () => {
  const [head, ...entries] = (await printed({ json: true }))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(head).toMatchObject({
    kind: "journal",
    isComplete: false,
    missing: 0,
    target: "wasm",
    registers: "hilt-dma",
  });
  expect(entries).toHaveLength((await show()).length);
  expect(entries).toContainEqual(
    expect.objectContaining({ kind: "register", access: "read", address: 0x404, failure: "refused" }),
  );
  expect(entries).toContainEqual(expect.objectContaining({ name: "SCRATCH", value: 0x1234 }));
});

test("what cannot be read or asked for is an error that says so", async () => {
  const errors: [Options, string][] = [
    [{ register: "NOBODY" }, "--register: no register NOBODY in this journal; there is MAGIC, VERSION"],
    [{ kind: "bursts" }, "--kind: no kind bursts; there is register, access"],
    [{ address: "0x20-0x10" }, "--address: 0x20-0x10 is neither an address nor a range"],
    [{ from: "soon" }, "--from: soon is neither a cycle nor a time"],
    [{ to: "1.5" }, "--to: 1.5 is neither a cycle nor a time"],
    [{ file: "none.journal" }, "the journal cannot be read: ENOENT"],
    [{ file: "." }, "the journal cannot be read: EISDIR"],
    [{ file: "b.hil.ts" }, "b.hil.ts: not a journal"],
  ];
  for (const [options, message] of errors) {
    const error = await printed(options).catch((one: unknown) => one);
    expect((error as Error).message).toContain(message);
    expect((error as HiltError).blame).toBe("usage");
  }
});

test("of a damaged journal the entries before the damage are shown, and then where it is", async () => {
  const bytes = readFileSync(join(project.path, file));
  const broken = Uint8Array.from(bytes);
  const at = bytes.length - 48 * 5 + 20;
  broken[at] = (broken[at] as number) ^ 1;
  writeFileSync(join(project.path, "broken ü.journal"), broken);
  const shown = project.hilt("journal", "show", "broken ü.journal");
  expect(shown.status).toBe(3);
  expect(shown.stderr).toMatch(
    new RegExp(
      `^hilt: broken ü\\.journal: byte ${at - 20}, after \\d+ records: the checksum of a record is wrong`,
    ),
  );
  // Four entries and the end follow the damage.
  expect(linesOf(shown.stdout)).toHaveLength((await show()).length - 4);
});

test("a test whose process is lost has a journal, which the report names: it spins, crashes or is killed", async () => {
  const { stdout } = project.hilt("run", "lost", "--timeout", "1");
  const [, id] = /^run: +(\S+)$/m.exec(stdout) ?? [];
  const { benches } = JSON.parse(
    readFileSync(join(project.path, `.hilt/runs/${id}/result.json`), "utf8"),
  ) as RunResult;
  for (const name of Object.keys(ends)) {
    const factsOf = (test: string) =>
      benches.find((one) => one.file === `lost/${name}` && one.name === test)?.facts;
    expect(factsOf("before")?.journal).toBeUndefined();
    for (const [test, written] of [
      ["lost", ["0x00003333", "0x00004444: no answer yet"]],
      // It was parked when the other one took its process with it.
      ["beside", ["0x00002222"]],
    ] as const) {
      const journal = factsOf(test)?.journal as string;
      expect(stdout).toContain(`    journal: ${journal}\n`);
      const shown = await printed({ file: journal });
      expect(shown).toContain(`test:    lost/${name} > ${test}\ndevice:  hilt DMA 1.0, build 0`);
      expect(shown).toContain(
        "\njournal: not complete; its process ended before the test did; what the link had not handed over by then is missing, unless the model left word of it\n",
      );
      const values = [...shown.matchAll(/host writes SCRATCH = (.*)/g)].map(([, value]) => value);
      expect(values).toEqual(written);
      expect(shown).toMatch(/device reads 2048 bytes at/);
      expect(factsOf(test)?.lastEvents.at(-1)).toContain(`SCRATCH = ${values.at(-1)?.slice(0, 10)}`);
    }
  }
});

test("the whole journal of a test whose process is killed goes up to that moment, and is not complete", async () => {
  const { stdout } = project.hilt("run", "lost/killed.hil.ts", "--journal", "whole");
  const [, journal = "none"] = /^ {4}journal: (.*-lost\.journal), not complete$/m.exec(stdout) ?? [];
  expect(stdout).toMatch(/^journals: .*, 2 not complete: the process of the test ended before it did$/m);
  const shown = await printed({ file: journal });
  expect(shown).toContain(
    "\njournal: not complete; its process ended before the test did; what the link had not handed over by then is missing, unless the model left word of it\n",
  );
  expect(shown).toMatch(/device has written 16 bytes/);
  expect(linesOf(shown).at(-1)).toContain("host writes SCRATCH = 0x00004444: no answer yet");
});

test("where the device cannot be opened the report names the journal, and says what crossed the link", async () => {
  const { stdout } = project.hilt("run", "b.hil.ts", "--profile", "tiny", "--test", "passes");
  const [, journal = "none"] = /^ {4}journal: (.*)$/m.exec(stdout) ?? [];
  expect(stdout).toContain("[E_COMMON_BUFFER]");
  expect(stdout).toMatch(/^ +cycle +\d+ {2}host reads {2}MAGIC = 0x544c4948$/m);
  expect(stdout).toContain("\ndevice:      no device was opened\n");
  const shown = await printed({ file: journal });
  expect(shown).toContain("test:    b.hil.ts > passes\ndevice:  not known, on target wasm");
  expect(linesOf(shown).join("\n")).toMatch(/MAGIC = 0x544c4948\n[\s\S]* host opens {2}a read-write window/);
});

test("--journal whole keeps the bytes of every write of the device, of each test, and says that it is complete", () => {
  const { stdout, status } = project.hilt("run", "b.hil.ts", "--journal", "whole", "--verbose");
  expect(status).toBe(1);
  const [, folder = ""] = /^journals: {4}(\S+), complete$/m.exec(stdout) ?? [];
  const read = (name: string) =>
    readJournal(name, readFileSync(join(project.path, folder, `b.hil.ts-${name}.journal`)));
  const passed = read("passes");
  expect(passed).toMatchObject({ isComplete: true, missing: 0 });
  expect(passed.damage).toBeUndefined();
  const [, hex = ""] = /^ +([0-9a-f]{6000})$/m.exec(stdout) ?? [];
  const source = Buffer.from(hex, "hex");
  expect(source.length).toBe(3000);
  // The target lies in one page: its window is the one that the device writes to, three times.
  const [window] = passed.entries.flatMap((entry) =>
    entry.kind === "windows" && entry.access === "write" ? [entry] : [],
  );
  const copies: Buffer[] = [];
  for (const entry of passed.entries) {
    if (entry.kind !== "written" || window === undefined) continue;
    const offset = Number(entry.address - window.first);
    if (offset < 0 || offset >= 1000) continue;
    if (offset === 0) copies.push(Buffer.alloc(1000));
    copies.at(-1)?.set(entry.bytes as Uint8Array, offset);
  }
  expect(copies.length).toBe(3);
  expect(Buffer.concat(copies).equals(source)).toBe(true);
  const closing = passed.entries.findLast(
    (entry) => entry.kind === "windows" && !entry.isOpening && entry.first === window?.first,
  );
  expect(closing).toMatchObject({ access: "write", hash: crc32(copies.at(-1) as Buffer) });
  const failed = read("fails-b");
  expect(failed.isComplete).toBe(true);
  expect(failed.entries.length).toBeGreaterThan(
    readJournal(file, readFileSync(join(project.path, file))).entries.length,
  );
  expect(stdout).toContain(`    journal: ${folder}/b.hil.ts-fails-b.journal\n`);
});
