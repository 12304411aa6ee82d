import type { scenarios } from "./scenarios.ts";

/** A fault of the controller that only its pins show, and what finds it. */
export interface PinMutant {
  readonly name: string;
  /** Of `rtl/dma`. */
  readonly file: string;
  /** Each text is replaced wherever it stands, at least once. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly scenario: keyof typeof scenarios;
}

export const pinMutants: readonly PinMutant[] = [
  {
    name: "the RID of a burst's first beat is believed until RLAST",
    file: "dma.v",
    edits: [
      ["(m_axi_rid ==", "(rid_now =="],
      [
        "    localparam [1:0] INCR ",
        `    reg        rid_open;
    reg  [1:0] rid_kept;
    wire [1:0] rid_now = rid_open ? rid_kept : m_axi_rid;
    always @(posedge clk)
        if (rst) rid_open <= 1'b0;
        else if (m_axi_rvalid) begin rid_open <= ~m_axi_rlast; rid_kept <= rid_now; end
    localparam [1:0] INCR `,
      ],
    ],
    scenario: "answers across IDs come in any order, and W is taken before its AW",
  },
  {
    name: "data are offered that no burst asks for",
    file: "dma_write_mux.v",
    edits: [["m_wvalid = is_open & wvalid[0];", "m_wvalid = wvalid[0];"]],
    scenario: "answers across IDs come in any order, and W is taken before its AW",
  },
  {
    name: "accesses are privileged",
    file: "dma.v",
    edits: [["PROT            = 3'b000", "PROT            = 3'b001"]],
    scenario: "every access has the attributes of a bus master to memory",
  },
  {
    name: "accesses may not be merged",
    file: "dma.v",
    edits: [["CACHE           = 4'b0011", "CACHE           = 4'b0000"]],
    scenario: "every access has the attributes of a bus master to memory",
  },
  {
    name: "a cause is cleared by what is not a write",
    file: "dma_registers.v",
    edits: [["(global_write & (offset == `HILT_GLOBAL_IRQ_STATUS))", "(offset == `HILT_GLOBAL_IRQ_STATUS)"]],
    scenario: "junk on idle lines of the register port does nothing",
  },
  {
    name: "half a tail is taken",
    file: "dma_ring.v",
    edits: [
      ["(offset == `HILT_CHANNEL_RING_TAIL) & write_mask[0] &", "(offset == `HILT_CHANNEL_RING_TAIL) &"],
    ],
    scenario: "a write of some bytes changes those, and half a tail is not taken",
  },
  {
    name: "RESUME clears the error of a transfer of the registers",
    file: "dma_channel.v",
    edits: [["& ~busy & ring_is_on & halted;", "& ~busy & halted;"]],
    scenario: "RESUME does nothing to a transfer of the registers",
  },
  {
    name: "an ABORT counts before its START",
    file: "dma_channel.v",
    edits: [["if (rst | ~busy | drained | ends_badly)", "if (rst | drained | ends_badly)"]],
    scenario: "START and ABORT in one write: the ABORT is ignored",
  },
  {
    name: "RLAST of payload may come at any beat",
    file: "dma_h2c.v",
    edits: [["wire cut   = rlast != ends;", "wire cut   = 1'b0;"]],
    scenario: "RLAST at another beat than the last ends a transfer with BURST_LENGTH",
  },
  {
    name: "RLAST of descriptors may come at any beat",
    file: "dma_descriptor_fetch.v",
    edits: [["(rlast == is_due)", "1'b1"]],
    scenario: "RLAST at another beat than the last fails a descriptor with BURST_LENGTH",
  },
  {
    name: "a descriptor that RLAST has cut waits for its rest",
    file: "dma_descriptor_fetch.v",
    edits: [["(loaded == whole) | is_cut", "(loaded == whole)"]],
    scenario: "RLAST at another beat than the last fails a descriptor with BURST_LENGTH",
  },
  {
    name: "one more read is offered after BUS_MASTER was cleared",
    file: "dma_h2c.v",
    edits: [[".stop(failed | aborting | abort)", ".stop(failed | aborting)"]],
    scenario: "no address is offered after the write that clears BUS_MASTER is answered",
  },
  {
    name: "one more write is offered after BUS_MASTER was cleared",
    file: "dma_c2h.v",
    edits: [[".stop(failed | aborting | abort)", ".stop(failed | aborting)"]],
    scenario: "no address is offered after the write that clears BUS_MASTER is answered",
  },
  {
    name: "the last byte of the address space is out of reach",
    file: "dma_channel.v",
    edits: [["& (host_end > (1 << SPAN_W));", "& (host_end >= (1 << SPAN_W));"]],
    scenario: "a transfer may end with the address space, and not after it",
  },
  {
    name: "a ring may go on at address 0",
    file: "dma_ring.v",
    edits: [["wire        ring_leaves   = ", "wire        ring_leaves   = 1'b0 & "]],
    scenario: "rings and records may end with the address space, and not after it",
  },
  {
    name: "records may go on at address 0",
    file: "dma_ring.v",
    edits: [["wire        record_leaves = ", "wire        record_leaves = 1'b0 & "]],
    scenario: "rings and records may end with the address space, and not after it",
  },
  {
    name: "the time of coalescing runs while nothing waits",
    file: "dma_coalesce.v",
    edits: [
      [
        "if (pending == 8'd0)\n                    elapsed <= 20'd1;\n                else if (elapsed",
        "if (elapsed",
      ],
    ],
    scenario: "the time of coalescing runs from the first descriptor that waits",
  },
  {
    name: "RESET does not wait for the bus",
    file: "dma_registers.v",
    edits: [["resetting <= channels_busy;", "resetting <= 1'b0;"]],
    scenario: "ABORT and RESET wait for a host that does not answer",
  },
  {
    name: "an error response hides that a descriptor was cut short",
    file: "dma_descriptor_fetch.v",
    edits: [["(rlast == is_due) ?", "(rresp[1] | (rlast == is_due)) ?"]],
    scenario: "an early RLAST with an error response ends what waits for the rest",
  },
  {
    name: "data of a register write that come first are lost",
    file: "dma_registers.v",
    edits: [["w_kept        <= (w_kept | s_axil_wvalid) & ~accept;", "w_kept        <= 1'b0;"]],
    scenario: "address and data of a register write come in either order",
  },
  {
    name: "the error of a descriptor that was dropped is that of a START",
    file: "dma_channel.v",
    edits: [["is_unreadable = ring_is_on & descriptor_failed;", "is_unreadable = descriptor_failed;"]],
    scenario: "nothing of a ring that was switched off is left for a START",
  },
  {
    name: "a descriptor is taken while RESET waits",
    file: "dma_channel.v",
    edits: [
      ["may_take   = idle & ring_is_on & ~halted & ~quiesce;", "may_take   = idle & ring_is_on & ~halted;"],
    ],
    scenario: "a RESET that clears BUS_MASTER raises nothing",
  },
  {
    name: "an answer to a read follows the address lines",
    file: "dma_registers.v",
    edits: [["if (s_axil_arvalid & s_axil_arready) begin", "if (s_axil_arvalid) begin"]],
    scenario: "an answer of the register port stays while it waits",
  },
  {
    name: "an answer to a write follows the address lines",
    file: "dma_registers.v",
    edits: [["if (accept) s_axil_bresp", "s_axil_bresp"]],
    scenario: "an answer of the register port stays while it waits",
  },
  {
    name: "what is coalesced is kept when the ring is switched off",
    file: "dma_ring.v",
    edits: [[".flush(halts | ~enable)", ".flush(halts)"]],
    scenario: "what is coalesced raises its interrupt when the ring is switched off",
  },
  {
    name: "bursts in flight have no limit",
    file: "dma_burst_issuer.v",
    edits: [[" & (in_flight != OUTSTANDING[FLIGHT_W-1:0])", ""]],
    scenario: "as many bursts as OUTSTANDING are in flight, and no more",
  },
  {
    name: "a channel that is about to halt fetches on",
    file: "dma_channel.v",
    edits: [[".hold((state == DRAIN) | halted | quiesce)", ".hold(halted | quiesce)"]],
    scenario: "a channel that is about to halt fetches nothing more",
  },
  {
    name: "an abort outlives its transfer by a cycle",
    file: "dma_channel.v",
    edits: [["if (rst | ~busy | drained | ends_badly)", "if (rst | ~busy | (drained & ends_badly))"]],
    scenario: "a START after an ABORT is not aborted with it",
  },
  {
    name: "a descriptor that was not read has the residue of the one before it",
    file: "dma_channel.v",
    edits: [
      [
        "                index          <= ring_head;\n                residue_r      <= 32'd0;",
        "                index          <= ring_head;",
      ],
    ],
    scenario: "RESIDUE is 0 of a descriptor that was not read",
  },
  ...["dma_h2c.v", "dma_c2h.v"].flatMap((file): PinMutant[] => [
    {
      name: `a transfer goes on once BUS_MASTER is set again: ${file}`,
      file,
      edits: [["else if (abort)", "else if (1'b0)"]],
      scenario: "a transfer that lost the bus ends, though BUS_MASTER is set again",
    },
    {
      name: `a burst that failed stops nothing: ${file}`,
      file,
      edits: [[".stop(failed | aborting | abort)", ".stop(aborting | abort)"]],
      scenario: "after a burst that failed no other is asked for",
    },
  ]),
];
