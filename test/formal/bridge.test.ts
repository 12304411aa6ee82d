import { expect, test } from "vitest";
import { type Proof, prove } from "./prove.ts";

/**
 * The modules behind the link, by what docs/wire.md has of them: every access of the device's is answered, after whatever
 * was under way when a session began, and what must not wait does not. Each mutant breaks one property.
 */
const writes = (QUICK: number): Proof => ({
  ...{ top: "writes_properties", files: ["writes_properties.v"], modules: ["bridge_writes"] },
  parameters: { QUICK },
});

const registers: Proof = {
  ...{ top: "registers_properties", files: ["registers_properties.v"] },
  ...{ modules: ["bridge_registers", "bridge_parser"], parameters: {} },
};
const reads = (LESS1: number): Proof => ({
  ...{ top: "reads_properties", files: ["reads_properties.v"], modules: ["bridge_reads"] },
  parameters: { LESS1 },
});
const parser: Proof = { ...registers, modules: ["bridge_parser", "bridge_registers"] };
const encoder: Proof = {
  top: "encoder_properties",
  files: ["encoder_properties.v"],
  modules: ["cobs_encoder"],
  parameters: {},
};

const holds: readonly (readonly [what: string, proof: Proof])[] = [
  [
    "what waits for the line is not written over, and nothing is read in the cycle in which it is written",
    encoder,
  ],
  [
    "a write burst is answered once, when the host has acknowledged it; none of before a session is",
    writes(0),
  ],
  ["a write burst is taken and answered in bounded time where nobody makes it wait", writes(1)],
  [
    "a register access is answered with the third tick at the latest, and nothing else keeps the host's stream waiting",
    registers,
  ],
  ...[1, 64, 100, 256].map(
    (words) =>
      [
        `reads in bursts of length ${words} are answered whole, after their addresses; none of before a session is; all has room`,
        reads(words - 1),
      ] as const,
  ),
];

test.each(holds)("%s", (_what, proof) => {
  expect(prove(proof)).toBe("proven");
});

test.each([
  ["an answer from before the session is given", writes(0), "            returned     <= 5'd0;\n", ""],
  ["each message is acknowledged as a burst", writes(0), "sent & out_last & ended", "sent & out_last"],
  ["an answer changes before it is taken", writes(0), " & (~s_axi_bvalid | s_axi_bready)", ""],
  [
    "a message waits for the device",
    writes(0),
    " | ((~s_axi_wvalid | ~out_ready) & urgent & (count != 8'hff))",
    "",
  ],
  ["more bursts are under way than have room", writes(0), " & ~is_full;", ";"],
  ["the end of a burst without bytes stays away", writes(1), "ended | (enabled & ~full)", "enabled & ~full"],
  ["a word without bytes stays", writes(1), "(state == SEEK) & skipped", "1'b0"],
  [
    "the host's answer is not passed on",
    writes(1),
    "answered                <= answered + 5'd1",
    "answered <= answered",
  ],
  ["a device that gives no answer is waited for", registers, "stuck | waited;", "stuck;"],
  [
    ...(["an access of before the session is asked for", registers] as const),
    ...(["            m_axil_arvalid <= 1'b0;\n        end", "        end"] as const),
  ],
  ["an address is taken back before it was taken", registers, "if (m_axil_awready)", "if (1'b1)"],
  [
    "what was asked is changed",
    parser,
    "if (~access_frozen)\n                    access_data",
    "access_data",
  ],
  [
    "an answer waits for a request",
    parser,
    "(state != DATA) | has_bytes)",
    "(state != DATA) | (has_bytes & read_awaited))",
  ],
  ["data come before their address was taken", reads(99), "asks & ~follows", "asks & ~is_cut"],
  ["more is asked for than has room", reads(99), "((state != OP) | ~places[PLACES_W])", "1'b1"],
  ["the last word of a read is one too early", reads(99), "beat == burst[7:0]", "beat + 8'd1 == burst[7:0]"],
  [
    "data of before the session are given",
    reads(99),
    "            s_axi_rvalid <= 1'b0;\n        end",
    "        end",
  ],
  [
    "room is given back that is in use",
    reads(99),
    "wire               frees     = pop &",
    "wire frees = push &",
  ],
  ["a word is read while it is written", reads(99), "(pushed != popped)", "((pushed != popped) | push)"],
  [
    "a burst is read while it is written",
    reads(99),
    "~serving & (burst_head != burst_tail)",
    "~serving & ((burst_head != burst_tail) | begins)",
  ],
  [
    "an answer is read while it is written",
    writes(0),
    "(answered != returned)",
    "((answered != returned) | push)",
  ],
  [
    "what may have been sent is written again",
    writes(0),
    "(state != SEEK) & (state != OP);",
    "(state != SEEK) & (state != OP) & (state != DATA);",
  ],
  ["what waits for the line is written over", encoder, "(next_quarter != tail[8:7])", "1'b1"],
  ["an open group is read", encoder, "& (tail != group);", "& (tail != head);"],
])("the proof refuses a bridge in which %s", (_what, proof, from, to) => {
  expect(prove(proof, [from, to])).toBe("refuted");
});
