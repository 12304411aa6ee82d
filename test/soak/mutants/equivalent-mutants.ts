import type { Mutation } from "./mutations.ts";

/** Changes that nothing can tell from the original, and the reason. */
interface Equivalent {
  readonly file: string;
  /** The lines, trimmed, of which one is changed. */
  readonly lines: readonly string[];
  /** The line after it, trimmed, where that tells it from others. */
  readonly next?: string;
  /** By default whatever is made of it. */
  readonly to?: string;
  readonly why: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: "rtl/dma/dma_channel.v",
    lines: [
      "assign ring_head                 = 16'd0;",
      "assign descriptor_host_address   = 64'd0;",
      "assign descriptor_card_address   = 64'd0;",
      "assign descriptor_length         = 32'd0;",
      "assign descriptor_malformed      = 1'b0;",
      "assign descriptor_failed         = 1'b0;",
      "assign descriptor_response       = 2'b00;",
      "assign descriptor_valid          = 1'b0;",
      "assign ring_settled              = 1'b0;",
      "assign ring_settled_kind         = `HILT_ERROR_NONE;",
      "assign arlen                     = 8'd0;",
      "assign awlen                     = 8'd0;",
      "assign wlast                     = 1'b0;",
    ],
    why: "a build without rings has ring_is_on 0, never looks at a descriptor, and offers no address for these",
  },
  {
    file: "rtl/dma/dma_ring.v",
    lines: [
      "assign writer_response = 2'b00;",
      "assign awlen           = 8'd0;",
      "assign wlast           = 1'b0;",
    ],
    why: "a build without records never waits for the answer of one, and offers no address for these",
  },
  {
    file: "rtl/dma/dma_completion_writer.v",
    lines: ["wvalid  <= start | (wvalid & ~(wready & wlast));"],
    to: "wvalid",
    why: "the write multiplexer takes data of a record only for an address that it has taken",
  },
  {
    file: "rtl/dma/dma_descriptor_fetch.v",
    lines: ["if (issue) length[issued] <= words_less1;"],
    to: "(1'b1)",
    why: "three bursts are in flight at most, so the place of the next one is free, and is written when that is issued",
  },
  ...Object.entries({ "rtl/dma/dma_h2c.v": "beat", "rtl/dma/dma_c2h.v": "bvalid" }).flatMap(
    ([file, answer]) => [
      {
        file,
        lines: ["if (rst | start)"],
        to: "start",
        why: "it is looked at only while a transfer is under way, whose start clears it",
      },
      {
        file,
        lines: [`if (${answer} & ~failed)`],
        to: "~failed",
        why: "it is looked at only after a failure, and the answer that fails is the last that it takes",
      },
    ],
  ),
  {
    file: "rtl/dma/dma_burst_issuer.v",
    lines: ["if (rst)"],
    next: "words_left <= 0;",
    to: "(1'b0)",
    why: "a reset clears BUS_MASTER, without which nothing is offered until a start, which sets it",
  },
  {
    file: "rtl/dma/dma_burst_issuer.v",
    lines: ["words_left <= 0;"],
    to: ";",
    why: "a reset clears BUS_MASTER, without which nothing is offered until a start, which sets it",
  },
  {
    file: "rtl/dma/dma_c2h.v",
    lines: ["if (fetched & w_free) begin"],
    to: "w_free",
    why: "what is not valid in the next cycle may be anything",
  },
  {
    file: "rtl/dma/dma_ring.v",
    lines: ["wire        completions = (COMPLETIONS != 0) & completions_r;"],
    to: "completions_r",
    why: "a build without records never sets it",
  },
  {
    file: "rtl/dma/dma_ring.v",
    lines: ["wire        compact     = (COMPACT != 0) & compact_r;"],
    to: "compact_r",
    why: "a build without compact descriptors never sets it",
  },
  {
    file: "sim/harness/hilt_harness_memory.v",
    lines: ["wire               r_is_junk = (ROUGH != 0) & junk & ~rvalid;"],
    to: "junk",
    why: "a build that is not rough never has junk",
  },
  {
    file: "sim/harness/hilt_harness_chance.v",
    lines: ["wire unused_settings = &{1'b0, cfg_reorder_read, cfg_reorder_write, cfg_interleave, cfg_junk};"],
    why: "nothing reads it",
  },
  {
    file: "sim/harness/hilt_harness_commands.v",
    lines: ["junk_bits[0] ? junk_bits[12:9] : address[11:8], junk_bits[8:3], 2'b00};"],
    why: "junk may be anything",
  },
  {
    file: "sim/harness/hilt_harness_commands.v",
    lines: ["if (start) begin"],
    next: "address <= {2'b00, loaded[61:32]};",
    to: "(1'b1)",
    why: "what is loaded stays until its access has ended, and means nothing before it begins",
  },
  {
    file: "sim/harness/hilt_harness_chance.v",
    lines: [
      "assign reorder_read  = 1'b0;",
      "assign reorder_write = 1'b0;",
      "assign interleave    = 1'b0;",
      "assign junk          = 1'b0;",
      "assign turn_read     = 4'd0;",
      "assign turn_write    = 4'd0;",
      "assign junk_bits     = 64'd0;",
    ],
    why: "a memory that is not rough looks at none of these",
  },
  {
    file: "sim/harness/hilt_harness_order.v",
    lines: ["current <= 4'd0;"],
    why: "it is asked for only after a beat was offered, which sets it",
  },
  {
    file: "sim/harness/hilt_harness_memory.v",
    lines: ["if (&w_row_strobe)"],
    to: "(1'b0)",
    why: "all bytes of a word, one by one, are the word",
  },
  {
    file: "sim/harness/hilt_harness_rules.v",
    lines: [
      "if (arvalid) begin",
      "if (awvalid) begin",
      "if (wvalid) begin",
      "if (lite_rvalid) lite_r_kept <= lite_r_now;",
      "if (lite_bvalid) lite_b_kept <= lite_bresp;",
    ],
    to: "(1'b1)",
    why: "what was kept is asked for only in the cycle after a valid one",
  },
  ...["32'd4294967295", "looks"].map((to) => ({
    file: "sim/harness/hilt_harness_rules.v",
    lines: ["assign stalls = {4{looks & (cfg_stall_limit != 32'd0)}} & lasted & waits;"],
    to,
    why: "the count of cycles starts at 1, and is 0 for the first time after 2^32 of them",
  })),
];

/** Why a change is none that a guard could find; undefined if it is not known to be one. `lines`: of its file. */
export function whyEquivalent({ file, line, to }: Mutation, lines: readonly string[]): string | undefined {
  const [here = "", after = ""] = lines.slice(line - 1).map((one) => one.trim());
  return equivalents.find(
    (one) =>
      one.file === file &&
      one.lines.includes(here) &&
      (one.next === undefined || one.next === after) &&
      (one.to === undefined || one.to === to),
  )?.why;
}
