import { afterAll, describe, expect, test } from "vitest";
import { ProjectCopy } from "./project-copy.ts";

const BENCHES = "test/system/benches";

// On the built-in engine alone: each would be a build of its own on the other, and the messages come from above the engine.
describe("broken RTL fails the run, and the message says how", () => {
  const copies: ProjectCopy[] = [];
  afterAll(() => {
    for (const copy of copies) copy[Symbol.dispose]();
  });

  function mutant(path: string, from: string, to: string): ProjectCopy {
    const copy = new ProjectCopy();
    copies.push(copy);
    copy.replace(path, from, to);
    return copy;
  }

  test("a wrong strobe: the first wrong byte, or the guard byte", () => {
    const copy = mutant(
      "rtl/dma/dma_c2h.v",
      "wstrb <= fetched_lanes;",
      "wstrb <= {(1<<WORD_BYTES_LOG2){1'b1}};",
    );
    const { status, stdout } = copy.hilt("run", BENCHES);
    expect(stdout).toMatch(
      /the guard byte \d+ bytes? (before it|after its last), physical 0x[0-9a-f]{16}, is/,
    );
    expect(status).toBe(1);
  });

  test("strobes that are missing: the first wrong byte with a hexdump", () => {
    const copy = mutant(
      "rtl/dma/dma_h2c.v",
      "card_write_strobe  <= lanes;",
      "card_write_strobe  <= lanes & ~8'h10;",
    );
    const { status, stdout } = copy.hilt("run", BENCHES);
    expect(stdout).toMatch(/byte \d+ \(0x[0-9a-f]+\) is the first of \d+ wrong bytes of \d+/);
    expect(stdout).toMatch(/expected 0x[0-9a-f]{6} {2}([0-9a-f]{2} ?)+/);
    expect(stdout).toMatch(
      /last transfer: c2h, \d+ bytes at byte 0 of the buffer and card address 0x[0-9a-f]+, cycles/,
    );
    expect(stdout).toMatch(/found {4}0x[0-9a-f]{6} {2}([0-9a-f]{2} ?)+/);
    expect(status).toBe(1);
  });

  test("a missed 4 KiB split: the rule by its name", () => {
    const copy = mutant(
      "rtl/dma/dma_burst_issuer.v",
      "- {1'b0, word_address[BURST_WORD_W-1:0]};",
      "- {1'b0, word_address[BURST_WORD_W-1:0] & {BURST_WORD_W{1'b0}}};",
    );
    const { status, stdout } = copy.hilt("run", "test/system/benches/contiguous-transfers.hil.ts");
    expect(stdout).toMatch(/the device broke AXI_(READ|WRITE)_4KIB at logical 0x[0-9a-f]{16} in cycle \d+/);
    expect(status).toBe(1);
  });

  test("an early interrupt: what the status said when it came", () => {
    const copy = mutant(
      "rtl/dma/dma_channel.v",
      "assign done_event  = ring_done_event | (moved & ~of_ring & (moved_kind == `HILT_ERROR_NONE));",
      "assign done_event  = start;",
    );
    const { status, stdout } = copy.hilt("run", BENCHES);
    expect(stdout).toMatch(/the completion interrupt came, but nothing has ended/);
    expect(status).toBe(1);
  });

  test("an access outside the windows: its address and cycle", () => {
    const copy = mutant(
      "rtl/dma/dma_h2c.v",
      ".host_address(host_address),\n        .length(length),",
      ".host_address(host_address + 64'd4096),\n        .length(length),",
    );
    const { status, stdout } = copy.hilt("run", BENCHES);
    expect(stdout).toMatch(
      /the device tried to read logical 0x[0-9a-f]{16} in cycle \d+, outside every window/,
    );
    expect(status).toBe(1);
  });
});

test("the same seed gives the same cycles, another seed others", () => {
  const copy = new ProjectCopy();
  try {
    copy.write(
      "hilt.config.js",
      'export default { targets: { rough: { link: "simulator", engine: "wasm", harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 } } } };\n',
    );
    const cyclesOf = (seed: string): number[] => {
      const { status, stdout, stderr } = copy.hilt("run", BENCHES, "--seed", seed, "--json");
      expect(status, stderr).toBe(0);
      const { benches } = JSON.parse(stdout) as { benches: { name: string; facts: { cycles: number } }[] };
      return benches.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ facts }) => facts.cycles);
    };
    const first = cyclesOf("0x5eed");
    expect(first).toHaveLength(21);
    expect(cyclesOf("0x5eed")).toEqual(first);
    expect(cyclesOf("0x5eee")).not.toEqual(first);
  } finally {
    copy[Symbol.dispose]();
  }
});
