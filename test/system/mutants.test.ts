import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parseFileList } from "../../src/engine/file-list.ts";
import { hiltDma } from "../../src/links/device-binding.ts";
import type { ProtocolRule } from "../../src/spec/protocol-rules.ts";
import { soakRings } from "../soak/soak-rings.ts";
import { variants } from "../soak/variants.ts";
import { allowed, buildRules, offences, reportedRules } from "./harness/rule-traffic.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the slice of the soak says of it. */
  readonly says: RegExp;
}

const device: readonly Mutant[] = [
  {
    name: "strobes outside the transfer",
    file: "dma_c2h.v",
    from: "wstrb <= fetched_lanes;",
    to: "wstrb <= {(1<<WORD_BYTES_LOG2){1'b1}};",
    says: /AXI_STROBE|"fault"|byte -?\d+ of \d+ is|settled before its data/,
  },
  {
    name: "no WLAST at a burst boundary",
    file: "dma_c2h.v",
    from: "fetched_last  <= is_last | (&fetch_word);",
    to: "fetched_last  <= is_last;",
    says: /AXI_WLAST/,
  },
  {
    name: "the last word of an unaligned transfer is forgotten",
    file: "dma_burst_issuer.v",
    from: "+ {{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b1}}};",
    to: "+ {{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b0}}};",
    says: /found|nothing moves|settled before its data/,
  },
  {
    name: "bursts cross 4 KiB",
    file: "dma_burst_issuer.v",
    from: "- {1'b0, word_address[BURST_WORD_W-1:0]};",
    to: "- {1'b0, word_address[BURST_WORD_W-1:0] & {BURST_WORD_W{1'b0}}};",
    says: /AXI_(READ|WRITE)_4KIB|AXI_WLAST|ABORTED|expected .* found/,
  },
  {
    name: "DONE before the completion record is answered",
    file: "dma_ring.v",
    from: ".flagged(settled & is_good & interrupt),",
    to: ".flagged(settle & ~settling & is_good & interrupt),",
    says: /DONE interrupt (was lost|without a reason)/,
  },
  {
    name: "the record before the data",
    file: "dma_channel.v",
    from: "MOVE:    state <= ~finished ? MOVE : of_ring ? SETTLE : IDLE;",
    to: "MOVE:    state <= of_ring ? SETTLE : ~finished ? MOVE : IDLE;",
    says: /before its data|card byte/,
  },
  {
    name: "an error on another beat than the last is lost",
    file: "dma_h2c.v",
    from: "else if (beat & rresp[1])\n            failed <= 1'b1;",
    to: "else if (beat & rlast & rresp[1])\n            failed <= 1'b1;",
    says: /behind its error|expected .* found/,
  },
  {
    name: "the data of a failed beat are written",
    file: "dma_h2c.v",
    from: "card_write <= good & ~rst;",
    to: "card_write <= beat & ~rst;",
    says: /card byte/,
  },
  {
    name: "the residue counts a failed burst as arrived",
    file: "dma_c2h.v",
    from: "end else if (bvalid & ~failed & ~bresp[1]) begin",
    to: "end else if (bvalid & ~failed) begin",
    says: /expected .* found|settled before its data|ABORTED/,
  },
  {
    name: "the head turns one entry early",
    file: "dma_ring.v",
    from: "head            <= (head == last_index) ? 16'd0 : head + 16'd1;",
    to: "head            <= (head == last_index - 16'd1) ? 16'd0 : head + 16'd1;",
    says: /./,
  },
  {
    name: "the fetch turns one entry early",
    file: "dma_descriptor_fetch.v",
    from: "wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index};",
    to: "wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries - 17'd1) - {1'b0, index};",
    says: /nothing moves|ABORTED|still busy/,
  },
  {
    name: "descriptors behind the tail are read",
    file: "dma_descriptor_fetch.v",
    from: "wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index};",
    to: "wire [16:0] available = (tail == index) ? 17'd0 : entries - {1'b0, index};",
    says: /past the tail|bytes of descriptors were read|expected .* found|head went|the head is past it/,
  },
  {
    name: "no room is reserved before a fetch",
    file: "dma_descriptor_fetch.v",
    from: "wire             has_room = reserved <= BLOCK_WORDS[PLACE_W:0];",
    to: "wire             has_room = 1'b1;",
    says: /./,
  },
  {
    name: "the phase never turns",
    file: "dma_ring.v",
    from: "phase           <= phase ^ (head == last_index);",
    to: "phase           <= phase;",
    says: /no completion record/,
  },
  {
    name: "a descriptor that could not be read is believed",
    file: "dma_channel.v",
    from: "wire        is_unreadable = ring_is_on & descriptor_failed;",
    to: "wire        is_unreadable = 1'b0;",
    says: /"kind":"fault"/,
  },
  {
    name: "reserved bits are not looked at",
    file: "dma_channel.v",
    from: "wire        is_malformed  = ring_is_on & descriptor_malformed;",
    to: "wire        is_malformed  = 1'b0;",
    says: /expected .*"kind":9.* found/,
  },
  {
    name: "a transfer may end one byte after the card's memory",
    file: "dma_channel.v",
    from: "| (card_end > (1 << CARD_BYTES_LOG2));",
    to: "| (card_end > (1 << CARD_BYTES_LOG2) + 1);",
    says: /expected .*"kind":5.* found/,
  },
  {
    name: "ERROR.INDEX is off by one",
    file: "dma_channel.v",
    from: "index          <= take ? ring_head : 16'd0;",
    to: "index          <= take ? ring_head + 16'd1 : 16'd0;",
    says: /ERROR.INDEX is|found/,
  },
  {
    name: "an error of the record is lost",
    file: "dma_ring.v",
    from: "(writer_response[1] ? {2'b00, writer_response} : `HILT_ERROR_NONE)",
    to: "(writer_response[1] ? `HILT_ERROR_NONE : `HILT_ERROR_NONE)",
    says: /the error of its record was lost/,
  },
  {
    name: "what is coalesced is forgotten when the channel halts",
    file: "dma_ring.v",
    from: ".flush(halts | ~enable),",
    to: ".flush(1'b0),",
    says: /DONE interrupt was lost/,
  },
  {
    name: "coalescing has no time limit",
    file: "dma_coalesce.v",
    from: "wire        is_late = (time16 != 16'd0) &",
    to: "wire        is_late = 1'b0 &",
    says: /the time limit of coalescing did not raise DONE/,
  },
  {
    name: "one interrupt too few of those coalesced",
    file: "dma_coalesce.v",
    from: "(reached >= {1'b0, count})",
    to: "(reached > {1'b0, count})",
    says: /DONE interrupt was lost/,
  },
  {
    name: "a waiting read address is replaced by a more urgent one",
    file: "dma_read_mux.v",
    from: "assign m_arid    = waits ? kept : first;",
    to: "assign m_arid    = first;",
    says: /AXI_AR_STABLE/,
  },
  {
    name: "write data follow the address that is offered now",
    file: "dma_write_mux.v",
    from: "wire [1:0] turn    = order[served[DEPTH_LOG2-1:0]];",
    to: "wire [1:0] turn    = m_awid;",
    says: /./,
  },
  {
    name: "a reset keeps the registers",
    file: "dma_registers.v",
    from: "assign channel_reset = rst | (resetting & ~channels_busy);",
    to: "assign channel_reset = rst;",
    says: /after the reset|COMPLETED is|head went|found|DONE/,
  },
  {
    name: "the residue of a transfer is carried into the next",
    file: "dma_ring.v",
    from: "earlier_residue <= is_end ? 32'd0 : total_residue;",
    to: "earlier_residue <= total_residue;",
    says: /record .* expected/,
  },
  {
    name: "an abort leaves out the bursts in flight",
    file: "dma_burst_issuer.v",
    from: "assign done          = (in_flight == 0) & ((words_left == 0) | stop);",
    to: "assign done          = stop | ((in_flight == 0) & (words_left == 0));",
    says: /./,
  },
  {
    name: "an unaligned card address loses a carry between the banks",
    file: "card_memory.v",
    from: "wire [INDEX_W-1:0]         write_even_index = write_odd_index + {{(INDEX_W-1){1'b0}}, write_odd};",
    to: "wire [INDEX_W-1:0]         write_even_index = write_odd_index;",
    says: /card byte/,
  },
];

interface RuleMutant {
  readonly rule: ProtocolRule;
  readonly from: string;
  readonly to: string;
}

/** Of the harness: a rule that sleeps, and rules that cry wolf. */
const harness: readonly RuleMutant[] = [
  { rule: "AXI_READ_4KIB", from: "ar & (ar_end > 13'h1000)", to: "ar & (ar_end > 13'h1008)" },
  { rule: "AXI_WRITE_4KIB", from: "aw & (aw_end > 13'h1000)", to: "aw & (aw_end >= 13'h1000)" },
  { rule: "AXI_WLAST", from: "w & (wlast != write_beat_is_last)", to: "w & wlast & ~write_beat_is_last" },
  { rule: "AXI_W_STABLE", from: "(wdata != w_data)", to: "(wdata[7:1] != w_data[7:1])" },
  { rule: "AXI_AR_STABLE", from: "ar_rest_now = {arid, ", to: "ar_rest_now = {4'd0, " },
  { rule: "AXI_BURST_TYPE", from: "read_type | write_type}  <<", to: "read_type}  <<" },
  { rule: "AXI_R_WAITS", from: "(~rst & rvalid & ~rready) ", to: "(~rst & rvalid & rready) " },
  {
    rule: "AXI_STROBE",
    from: "strobe     = w & write_beat_is_first",
    to: "strobe     = w & ~write_beat_is_first",
  },
];

// On the built-in engine alone: on the other each mutant would be a build of its own, and test/system/sameness shows that
// they compute the same.
describe("mutants are caught", () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** A copy of the Verilog with one place changed; a mutant whose place has gone must be looked at, not skipped. */
  function copyWith(file: string, from: string, to: string): string {
    const folder = mkdtempSync(join(tmpdir(), "hilt-mutant-"));
    folders.push(folder);
    for (const entry of ["rtl", "sim"]) cpSync(join(root, entry), join(folder, entry), { recursive: true });
    const path = file.startsWith("hilt_harness") ? `sim/harness/${file}` : `rtl/dma/${file}`;
    const parts = readFileSync(join(folder, path), "utf8").split(from);
    if (parts.length !== 2)
      throw new Error(`${path}: "${from}" stands there ${parts.length - 1} times, not once`);
    writeFileSync(join(folder, path), parts.join(to));
    return folder;
  }

  test.each(device)("$file: $name", async ({ file, from, to, says }) => {
    const copy = copyWith(file, from, to);
    const wide = variants["wide"];
    if (wide === undefined) throw new Error("no variant");
    const mutant = {
      ...wide,
      device: { binding: hiltDma, ...parseFileList(join(copy, "rtl/dma/dma.f"), copy) },
    };
    const request = { runs: 300, seed: 7, shrinks: false, cacheDirectory: join(copy, "cache") };
    const { failure } = await soakRings(mutant, request);
    expect(failure?.message).toMatch(says);
  });

  test.each(harness)("hilt_harness_rules.v: $rule", async ({ rule, from, to }) => {
    const copy = copyWith("hilt_harness_rules.v", from, to);
    const model = await buildRules(copy);
    const missed = offences[rule].some((steps) => !reportedRules(model.open(), steps).has(rule));
    const cries = Object.values(allowed).some((steps) => reportedRules(model.open(), steps).size > 0);
    expect(missed || cries).toBe(true);
  });
});
