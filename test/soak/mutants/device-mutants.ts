export interface Change {
  /** What stands there once; between « and » an expression. */
  readonly from: string;
  /** The expression in its place. */
  readonly to: string;
}

/** A change of the controller that is a fault. */
export interface DeviceMutant extends Change {
  readonly name: string;
  /** Of `rtl/dma`. */
  readonly file: string;
  /** More changes of the file, without which it would be another fault. */
  readonly also?: readonly Change[];
  /** The only channel that has it. */
  readonly channel?: "h2c" | "c2h";
  /** Runs of the soak within which it shows; by default `RUNS`. */
  readonly runs?: number;
  /** The build of the soak; by default the wide one. */
  readonly variant?: "wide" | "narrow" | "plain";
}

/** In a block there is room for one more descriptor, which is one of the ring. */
const DROPS = "((count < to_block) & ({1'b0, index} + {12'd0, count} != entries))";

export const deviceMutants: readonly DeviceMutant[] = [
  {
    name: "strobes outside the transfer",
    file: "dma_c2h.v",
    from: "wstrb <= «fetched_lanes»;",
    to: "{(1<<WORD_BYTES_LOG2){1'b1}}",
  },
  {
    name: "no WLAST at a burst boundary",
    file: "dma_c2h.v",
    from: "fetched_last  <= «is_last | (&fetch_word)»;",
    to: "is_last",
  },
  {
    name: "the last word of an unaligned transfer is forgotten",
    file: "dma_burst_issuer.v",
    from: "+ «{{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b1}}}»;",
    to: "{{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b0}}}",
  },
  {
    name: "bursts cross 4 KiB",
    file: "dma_burst_issuer.v",
    from: "- «{1'b0, word_address[BURST_WORD_W-1:0]}»;",
    to: "{(BURST_WORD_W+1){1'b0}}",
  },
  {
    name: "DONE before the completion record is answered",
    file: "dma_ring.v",
    from: ".flagged(«settled & is_good & interrupt»),",
    to: "settle & ~settling & is_good & interrupt",
  },
  {
    name: "the record before the data",
    file: "dma_channel.v",
    from: "MOVE:    state <= «~finished ? MOVE : of_ring ? SETTLE : IDLE»;",
    to: "of_ring ? SETTLE : ~finished ? MOVE : IDLE",
  },
  {
    name: "an error on another beat than the last is lost",
    file: "dma_h2c.v",
    from: "else if («beat & wrong»)\n            failed <= 1'b1;",
    to: "beat & rlast & wrong",
  },
  {
    name: "the data of a failed beat are written",
    file: "dma_h2c.v",
    from: "card_write <= «good & ~rst»;",
    to: "beat & ~rst",
    variant: "narrow",
    runs: 14,
  },
  {
    name: "the residue counts a failed burst as arrived",
    file: "dma_c2h.v",
    from: "end else if («bvalid & ~failed & ~bresp[1]») begin",
    to: "bvalid & ~failed",
    runs: 13,
  },
  {
    name: "the head turns one entry early",
    file: "dma_ring.v",
    from: "head            <= («head == last_index») ? 16'd0 : head + 16'd1;",
    to: "head == last_index - 16'd1",
  },
  {
    name: "the fetch turns one entry early",
    file: "dma_descriptor_fetch.v",
    from: "wire [16:0] available = «((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index}»;",
    to: "((tail >= index) ? {1'b0, tail} : entries - 17'd1) - {1'b0, index}",
  },
  {
    name: "descriptors behind the tail are read",
    file: "dma_descriptor_fetch.v",
    from: "wire [16:0] available = «((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index}»;",
    to: "(tail == index) ? 17'd0 : entries - {1'b0, index}",
  },
  {
    name: "no room is reserved before a fetch",
    file: "dma_descriptor_fetch.v",
    from: "wire             has_room = «reserved <= BLOCK_WORDS[PLACE_W:0]»;",
    to: "1'b1",
  },
  {
    name: "the phase never turns",
    file: "dma_ring.v",
    from: "phase           <= «phase ^ (head == last_index)»;",
    to: "phase",
  },
  {
    name: "a descriptor that could not be read is believed",
    file: "dma_channel.v",
    from: "wire        is_unreadable = «ring_is_on & descriptor_failed»;",
    to: "1'b0",
  },
  {
    name: "reserved bits are not looked at",
    file: "dma_channel.v",
    from: "wire        is_malformed  = «ring_is_on & descriptor_malformed»;",
    to: "1'b0",
  },
  {
    name: "a transfer may end one byte after the card's memory",
    file: "dma_channel.v",
    from: "| («card_end > (1 << CARD_BYTES_LOG2)»);",
    to: "card_end > (1 << CARD_BYTES_LOG2) + 1",
    runs: 20,
  },
  {
    name: "ERROR.INDEX is off by one",
    file: "dma_channel.v",
    from: "index          <= «take ? ring_head : 16'd0»;",
    to: "take ? ring_head + 16'd1 : 16'd0",
  },
  {
    name: "an error of the record is lost",
    file: "dma_ring.v",
    from: "(«writer_response[1]» ? {2'b00, writer_response} : `HILT_ERROR_NONE)",
    to: "1'b0",
    runs: 18,
  },
  {
    name: "what is coalesced is forgotten when the channel halts",
    file: "dma_ring.v",
    from: ".flush(«halts | ~enable»),",
    to: "1'b0",
  },
  {
    name: "coalescing has no time limit",
    file: "dma_coalesce.v",
    from: "wire        is_late = «(time16 != 16'd0)» &",
    to: "1'b0",
  },
  {
    name: "one interrupt too few of those coalesced",
    file: "dma_coalesce.v",
    from: "(«reached >= {1'b0, count}»)",
    to: "reached > {1'b0, count}",
  },
  {
    name: "a waiting read address is replaced by a more urgent one",
    file: "dma_read_mux.v",
    from: "assign m_arid    = «waits ? kept : first»;",
    to: "first",
  },
  {
    name: "write data follow the address that is offered now",
    file: "dma_write_mux.v",
    from: "wire [1:0] turn    = «order[served[DEPTH_LOG2-1:0]]»;",
    to: "m_awid",
  },
  {
    name: "a reset keeps the registers",
    file: "dma_registers.v",
    from: "assign channel_reset = «rst | (resetting & ~channels_busy)»;",
    to: "rst",
    runs: 40,
  },
  {
    name: "the residue of a transfer is carried into the next",
    file: "dma_ring.v",
    from: "earlier_residue <= «is_end ? 32'd0 : total_residue»;",
    to: "total_residue",
  },
  {
    name: "an abort leaves out the bursts in flight",
    file: "dma_burst_issuer.v",
    from: "assign done          = «(in_flight == 0) & ((words_left == 0) | stop)»;",
    to: "stop | ((in_flight == 0) & (words_left == 0))",
  },
  {
    name: "an unaligned card address loses a carry between the banks",
    file: "card_memory.v",
    from: "wire [INDEX_W-1:0]         write_even_index = «write_odd_index + {{(INDEX_W-1){1'b0}}, write_odd}»;",
    to: "write_odd_index",
  },
  {
    name: "a transfer ends with its first burst, as if BUS_MASTER were 0",
    file: "dma_c2h.v",
    from: "else if («abort»)",
    to: "1'b1",
  },
  {
    name: "no transfer is started, as if BUS_MASTER were 0",
    file: "dma_channel.v",
    from: ": «~bus_master»       ?",
    to: "bus_master",
  },
  {
    name: "a transfer to the card ends unless it is aborted",
    file: "dma_h2c.v",
    from: "else if («abort»)",
    to: "~abort",
  },
  {
    name: "ABORT ends nothing",
    file: "dma_channel.v",
    from: "else if («wants_abort»)",
    to: "quiesce | (of_ring & ~ring_is_on)",
  },
  {
    name: "a record is written while BUS_MASTER is 0",
    file: "dma_ring.v",
    from: "wire        records       = «completions & bus_master»;",
    to: "completions",
    runs: 20,
  },
  {
    name: "a reserved bit of each record is 1",
    file: "dma_ring.v",
    from: "({«57'd0», settle_error} <<",
    to: "57'd1",
  },
  {
    name: "the time of coalescing is that of all descriptors together",
    file: "dma_coalesce.v",
    from: "if («pending == 8'd0»)\n                    elapsed <= 20'd1;\n                else if (elapsed",
    to: "1'b0",
    runs: 58,
  },
  {
    name: "a transfer may end one byte after 4 GiB",
    file: "dma_channel.v",
    from: "& («host_end > (1 << SPAN_W)»);",
    to: "host_end > (1 << SPAN_W) + 1",
    variant: "narrow",
    runs: 38,
  },
  {
    name: "DONE though no descriptor could be read",
    file: "dma_channel.v",
    from: "end else if (is_barred) begin\n                done           <= «1'b0»;",
    to: "1'b1",
    runs: 74,
  },
  {
    name: "a residue though no descriptor could be read",
    file: "dma_channel.v",
    from: "index          <= ring_head;\n                residue_r      <= «32'd0»;",
    to: "32'd1",
    runs: 74,
  },
  {
    name: "a ring has at most 128 entries",
    file: "dma_descriptor_fetch.v",
    from: "& «(entries[15:0] - 16'd1)»;",
    to: "(entries[15:0] - 16'd1) & 16'h007f",
  },
  {
    name: "a fetch goes one descriptor past its block",
    file: "dma_descriptor_fetch.v",
    from: "«5'd8 - {2'b00, address[7:5]}»",
    to: "5'd9 - {2'b00, address[7:5]}",
  },
  {
    name: "the address has no carry beyond 4 GiB",
    file: "dma_burst_issuer.v",
    from: "word_address <= start ? host_address[ADDR_W-1:WORD_BYTES_LOG2] : «next_address»;",
    to: "{word_address[WORD_W-1:29], next_address[28:0]}",
    runs: 12,
  },
  {
    name: "bursts are offered after BUS_MASTER was cleared",
    file: "dma_channel.v",
    from: "assign abort        = «aborting | ~bus_master»;",
    to: "aborting",
    variant: "plain",
    runs: 20,
  },
  {
    name: "COMPLETED counts what ended well alone",
    file: "dma_channel.v",
    from: "(moved & ~of_ring) | «settled»};",
    to: "(settled & (kind == `HILT_ERROR_NONE))",
  },
  {
    name: "RESIDUE outlives RESET",
    file: "dma_channel.v",
    from: "            residue_r      <= «32'd0»;\n            completed ",
    to: "residue_r",
    runs: 45,
  },
  {
    name: "an error of h2c raises nothing",
    file: "dma_registers.v",
    from: "({31'd0, «h2c_error_event»} <<",
    to: "1'b0",
  },
  {
    name: "the interrupt line leaves out an error of c2h",
    file: "dma_registers.v",
    from: "|(«irq_status_next» & irq_enable_next)",
    to: "(irq_status_next & 32'hffff_fdff)",
    runs: 42,
  },
  {
    name: "what ends since BUS_MASTER is 0 is called ABORTED",
    file: "dma_channel.v",
    from: "((error_kind == `HILT_ERROR_ABORTED) & ~aborting) ? «`HILT_ERROR_BUS_MASTER_OFF» : error_kind;",
    to: "error_kind",
    runs: 21,
  },
  {
    name: "the address of a transfer that was cut short is 0",
    file: "dma_channel.v",
    from: "failed_address <= «(moved_kind == `HILT_ERROR_NONE)» ? 64'd0 : wide_error_address;",
    to: "~is_bus_error",
    runs: 1,
  },
  {
    name: "ERROR.INDEX is off by one once the channel has halted",
    file: "dma_channel.v",
    from: "({16'd0, «index»} << `HILT_CHANNEL_ERROR_INDEX_LSB)",
    to: "halted ? index + 16'd1 : index",
    runs: 1,
  },
  {
    name: "the head of an empty ring of 1,024 entries is past the tail",
    file: "dma_ring.v",
    from: "`HILT_CHANNEL_RING_HEAD:            read_data = {16'd0, «head»};",
    to: "(entries_log2 == 5'd10) & enable & ~hold & (head == tail) ? head + 16'd1 : head",
    runs: 2,
  },
  {
    name: "the head counts a descriptor that is still in work",
    file: "dma_ring.v",
    from: "`HILT_CHANNEL_RING_HEAD:            read_data = {16'd0, «head»};",
    to: "channel_busy & ~settle & ~completions & ~interrupt ? (head + 16'd1) & last_index : head",
    runs: 1,
  },
  {
    name: "the record before the data, and the head after them",
    file: "dma_ring.v",
    from: ".start(«settle & ~settling & records»),",
    to: "descriptor_take & records",
    channel: "c2h",
    also: [
      {
        from: "assign settled         = «settling ? writer_done : (settle & ~records)»;",
        to: "settle & (settling | ~records)",
      },
      { from: "else if («settle & ~settling»)\n            settling", to: "writer_done" },
      { from: "settling <= «records»;", to: "1'b1" },
      { from: "else if («writer_done»)\n            settling", to: "settled" },
      { from: "(«writer_response[1]» ? {2'b00, writer_response} : `HILT_ERROR_NONE)", to: "1'b0" },
    ],
    runs: 4,
  },
  {
    name: "a fetch reads one descriptor past the tail, and drops it",
    file: "dma_descriptor_fetch.v",
    from: "arlen  <= «{{(8-PLACE_W){1'b0}}, words_less1}»;",
    to: `{{(8-PLACE_W){1'b0}}, words_less1} + (${DROPS} ? (compact ? 8'd2 : 8'd4) : 8'd0)`,
    also: [
      {
        from: "length[issued] <= «words_less1»;",
        to: `{${DROPS}, words_less1[4:0] + (${DROPS} ? (compact ? 5'd2 : 5'd4) : 5'd0)}`,
      },
      {
        from: "wire               is_due = «beat == length[ended_count]»;",
        to: "beat[4:0] == length[ended_count][4:0]",
      },
      {
        from: "write_place <= write_place + {{PLACE_W{1'b0}}, «rvalid»};",
        to: "rvalid & ~(length[ended_count][5] & (beat[4:0] > length[ended_count][4:0] - (compact ? 5'd2 : 5'd4)))",
      },
    ],
    runs: 5,
  },
  {
    name: "beats that are not valid belong to the c2h ring, which fails and never halts",
    file: "dma.v",
    from: ".rvalid(«m_axi_rvalid & (m_axi_rid == 2'd2)»),",
    to: "m_axi_rvalid | (m_axi_rid == 2'd2)",
  },
];

/** The expression of `DeviceMutant.from`, and what stands on both sides of it. */
export function splitAtMarks(from: string): Record<"before" | "expression" | "after", string> {
  const [before = "", expression = "", after = ""] = from.split(/[«»]/);
  return { before, expression, after };
}
