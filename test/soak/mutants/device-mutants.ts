/** A change of the controller that is a fault. */
export interface DeviceMutant {
  readonly name: string;
  /** Of `rtl/dma`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The build of the soak; by default the wide one. */
  readonly variant?: "wide" | "narrow" | "plain";
}

export const deviceMutants: readonly DeviceMutant[] = [
  {
    name: "strobes outside the transfer",
    file: "dma_c2h.v",
    from: "wstrb <= fetched_lanes;",
    to: "wstrb <= {(1<<WORD_BYTES_LOG2){1'b1}};",
  },
  {
    name: "no WLAST at a burst boundary",
    file: "dma_c2h.v",
    from: "fetched_last  <= is_last | (&fetch_word);",
    to: "fetched_last  <= is_last;",
  },
  {
    name: "the last word of an unaligned transfer is forgotten",
    file: "dma_burst_issuer.v",
    from: "+ {{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b1}}};",
    to: "+ {{COUNT_W{1'b0}}, {WORD_BYTES_LOG2{1'b0}}};",
  },
  {
    name: "bursts cross 4 KiB",
    file: "dma_burst_issuer.v",
    from: "- {1'b0, word_address[BURST_WORD_W-1:0]};",
    to: "- {1'b0, word_address[BURST_WORD_W-1:0] & {BURST_WORD_W{1'b0}}};",
  },
  {
    name: "DONE before the completion record is answered",
    file: "dma_ring.v",
    from: ".flagged(settled & is_good & interrupt),",
    to: ".flagged(settle & ~settling & is_good & interrupt),",
  },
  {
    name: "the record before the data",
    file: "dma_channel.v",
    from: "MOVE:    state <= ~finished ? MOVE : of_ring ? SETTLE : IDLE;",
    to: "MOVE:    state <= of_ring ? SETTLE : ~finished ? MOVE : IDLE;",
  },
  {
    name: "an error on another beat than the last is lost",
    file: "dma_h2c.v",
    from: "else if (beat & wrong)\n            failed <= 1'b1;",
    to: "else if (beat & rlast & wrong)\n            failed <= 1'b1;",
  },
  {
    name: "the data of a failed beat are written",
    file: "dma_h2c.v",
    from: "card_write <= good & ~rst;",
    to: "card_write <= beat & ~rst;",
  },
  {
    name: "the residue counts a failed burst as arrived",
    file: "dma_c2h.v",
    from: "end else if (bvalid & ~failed & ~bresp[1]) begin",
    to: "end else if (bvalid & ~failed) begin",
  },
  {
    name: "the head turns one entry early",
    file: "dma_ring.v",
    from: "head            <= (head == last_index) ? 16'd0 : head + 16'd1;",
    to: "head            <= (head == last_index - 16'd1) ? 16'd0 : head + 16'd1;",
  },
  {
    name: "the fetch turns one entry early",
    file: "dma_descriptor_fetch.v",
    from: "wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index};",
    to: "wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries - 17'd1) - {1'b0, index};",
  },
  {
    name: "descriptors behind the tail are read",
    file: "dma_descriptor_fetch.v",
    from: "wire [16:0] available = ((tail >= index) ? {1'b0, tail} : entries) - {1'b0, index};",
    to: "wire [16:0] available = (tail == index) ? 17'd0 : entries - {1'b0, index};",
  },
  {
    name: "no room is reserved before a fetch",
    file: "dma_descriptor_fetch.v",
    from: "wire             has_room = reserved <= BLOCK_WORDS[PLACE_W:0];",
    to: "wire             has_room = 1'b1;",
  },
  {
    name: "the phase never turns",
    file: "dma_ring.v",
    from: "phase           <= phase ^ (head == last_index);",
    to: "phase           <= phase;",
  },
  {
    name: "a descriptor that could not be read is believed",
    file: "dma_channel.v",
    from: "wire        is_unreadable = ring_is_on & descriptor_failed;",
    to: "wire        is_unreadable = 1'b0;",
  },
  {
    name: "reserved bits are not looked at",
    file: "dma_channel.v",
    from: "wire        is_malformed  = ring_is_on & descriptor_malformed;",
    to: "wire        is_malformed  = 1'b0;",
  },
  {
    name: "a transfer may end one byte after the card's memory",
    file: "dma_channel.v",
    from: "| (card_end > (1 << CARD_BYTES_LOG2));",
    to: "| (card_end > (1 << CARD_BYTES_LOG2) + 1);",
  },
  {
    name: "ERROR.INDEX is off by one",
    file: "dma_channel.v",
    from: "index          <= take ? ring_head : 16'd0;",
    to: "index          <= take ? ring_head + 16'd1 : 16'd0;",
  },
  {
    name: "an error of the record is lost",
    file: "dma_ring.v",
    from: "(writer_response[1] ? {2'b00, writer_response} : `HILT_ERROR_NONE)",
    to: "(writer_response[1] ? `HILT_ERROR_NONE : `HILT_ERROR_NONE)",
  },
  {
    name: "what is coalesced is forgotten when the channel halts",
    file: "dma_ring.v",
    from: ".flush(halts | ~enable),",
    to: ".flush(1'b0),",
  },
  {
    name: "coalescing has no time limit",
    file: "dma_coalesce.v",
    from: "wire        is_late = (time16 != 16'd0) &",
    to: "wire        is_late = 1'b0 &",
  },
  {
    name: "one interrupt too few of those coalesced",
    file: "dma_coalesce.v",
    from: "(reached >= {1'b0, count})",
    to: "(reached > {1'b0, count})",
  },
  {
    name: "a waiting read address is replaced by a more urgent one",
    file: "dma_read_mux.v",
    from: "assign m_arid    = waits ? kept : first;",
    to: "assign m_arid    = first;",
  },
  {
    name: "write data follow the address that is offered now",
    file: "dma_write_mux.v",
    from: "wire [1:0] turn    = order[served[DEPTH_LOG2-1:0]];",
    to: "wire [1:0] turn    = m_awid;",
  },
  {
    name: "a reset keeps the registers",
    file: "dma_registers.v",
    from: "assign channel_reset = rst | (resetting & ~channels_busy);",
    to: "assign channel_reset = rst;",
  },
  {
    name: "the residue of a transfer is carried into the next",
    file: "dma_ring.v",
    from: "earlier_residue <= is_end ? 32'd0 : total_residue;",
    to: "earlier_residue <= total_residue;",
  },
  {
    name: "an abort leaves out the bursts in flight",
    file: "dma_burst_issuer.v",
    from: "assign done          = (in_flight == 0) & ((words_left == 0) | stop);",
    to: "assign done          = stop | ((in_flight == 0) & (words_left == 0));",
  },
  {
    name: "an unaligned card address loses a carry between the banks",
    file: "card_memory.v",
    from: "wire [INDEX_W-1:0]         write_even_index = write_odd_index + {{(INDEX_W-1){1'b0}}, write_odd};",
    to: "wire [INDEX_W-1:0]         write_even_index = write_odd_index;",
  },
  {
    name: "a transfer ends with its first burst, as if BUS_MASTER were 0",
    file: "dma_c2h.v",
    from: "else if (abort)",
    to: "else if (1'b1)",
  },
  {
    name: "no transfer is started, as if BUS_MASTER were 0",
    file: "dma_channel.v",
    from: ": ~bus_master       ?",
    to: ": bus_master        ?",
  },
  {
    name: "a transfer to the card ends unless it is aborted",
    file: "dma_h2c.v",
    from: "else if (abort)",
    to: "else if (~abort)",
  },
  {
    name: "ABORT ends nothing",
    file: "dma_channel.v",
    from: "else if (wants_abort)",
    to: "else if (quiesce | (of_ring & ~ring_is_on))",
  },
  {
    name: "a record is written while BUS_MASTER is 0",
    file: "dma_ring.v",
    from: "wire        records       = completions & bus_master;",
    to: "wire        records       = completions;",
  },
  {
    name: "a reserved bit of each record is 1",
    file: "dma_ring.v",
    from: "({121'd0, settle_error} <<",
    to: "({121'd1, settle_error} <<",
  },
  {
    name: "the time of coalescing is that of all descriptors together",
    file: "dma_coalesce.v",
    from: "if (pending == 8'd0)\n                    elapsed <= 20'd1;\n                else if (elapsed",
    to: "if (elapsed",
  },
  {
    name: "a transfer may end one byte after 4 GiB",
    file: "dma_channel.v",
    from: "& (host_end > (1 << SPAN_W));",
    to: "& (host_end > (1 << SPAN_W) + 1);",
    variant: "narrow",
  },
  {
    name: "DONE though no descriptor could be read",
    file: "dma_channel.v",
    from: "end else if (is_barred) begin\n                done           <= 1'b0;",
    to: "end else if (is_barred) begin\n                done           <= 1'b1;",
  },
  {
    name: "a residue though no descriptor could be read",
    file: "dma_channel.v",
    from: "index          <= ring_head;\n                residue_r      <= 32'd0;",
    to: "index          <= ring_head;\n                residue_r      <= 32'd1;",
  },
  {
    name: "a ring has at most 128 entries",
    file: "dma_descriptor_fetch.v",
    from: "& (entries[15:0] - 16'd1);",
    to: "& (entries[15:0] - 16'd1) & 16'h007f;",
  },
  {
    name: "a fetch goes one descriptor past its block",
    file: "dma_descriptor_fetch.v",
    from: "5'd8 - {2'b00, address[7:5]}",
    to: "5'd9 - {2'b00, address[7:5]}",
  },
  {
    name: "the address has no carry beyond 4 GiB",
    file: "dma_burst_issuer.v",
    from: "word_address <= start ? host_address[ADDR_W-1:WORD_BYTES_LOG2] : next_address;",
    to: "word_address <= start ? host_address[ADDR_W-1:WORD_BYTES_LOG2] : {word_address[WORD_W-1:29], next_address[28:0]};",
  },
  {
    name: "bursts are offered after BUS_MASTER was cleared",
    file: "dma_channel.v",
    from: "assign abort        = aborting | ~bus_master;",
    to: "assign abort        = aborting;",
    variant: "plain",
  },
];
