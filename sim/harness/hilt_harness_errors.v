// Errors on purpose: what a beat of host memory is to answer. By address, in four entries, and by the number of the beat
// since reset.
//
// An entry's control is {kind[1:0], for writes, for reads}, where kind is the response (2 SLVERR, 3 DECERR); it hits the
// beats of the 8 bytes that hold its address.
`default_nettype none

module hilt_harness_errors (
    input  wire        clk,
    input  wire        rst,

    input  wire [63:0] cfg_error_address_0,
    input  wire [63:0] cfg_error_address_1,
    input  wire [63:0] cfg_error_address_2,
    input  wire [63:0] cfg_error_address_3,
    input  wire [3:0]  cfg_error_control_0,
    input  wire [3:0]  cfg_error_control_1,
    input  wire [3:0]  cfg_error_control_2,
    input  wire [3:0]  cfg_error_control_3,
    // The beat with this number answers this; 0 for none.
    input  wire [31:0] cfg_error_read_beat,
    input  wire [1:0]  cfg_error_read_beat_kind,
    input  wire [31:0] cfg_error_write_beat,
    input  wire [1:0]  cfg_error_write_beat_kind,

    input  wire        read_beat,
    input  wire [63:0] read_beat_address,
    input  wire        write_beat,
    input  wire [63:0] write_beat_address,

    output wire [1:0]  read_error,
    output wire [1:0]  write_error,
    // Beats since reset.
    output reg  [31:0] read_beats,
    output reg  [31:0] write_beats
);
    wire [3:0] reads  = {cfg_error_control_3[0], cfg_error_control_2[0], cfg_error_control_1[0], cfg_error_control_0[0]};
    wire [3:0] writes = {cfg_error_control_3[1], cfg_error_control_2[1], cfg_error_control_1[1], cfg_error_control_0[1]};
    wire [3:0] read_hit = reads & {read_beat_address[63:3] == cfg_error_address_3[63:3],
                                   read_beat_address[63:3] == cfg_error_address_2[63:3],
                                   read_beat_address[63:3] == cfg_error_address_1[63:3],
                                   read_beat_address[63:3] == cfg_error_address_0[63:3]};
    wire [3:0] write_hit = writes & {write_beat_address[63:3] == cfg_error_address_3[63:3],
                                     write_beat_address[63:3] == cfg_error_address_2[63:3],
                                     write_beat_address[63:3] == cfg_error_address_1[63:3],
                                     write_beat_address[63:3] == cfg_error_address_0[63:3]};

    wire [1:0] read_by_number  = (read_beats == cfg_error_read_beat) ? cfg_error_read_beat_kind : 2'b00;
    wire [1:0] write_by_number = (write_beats == cfg_error_write_beat) ? cfg_error_write_beat_kind : 2'b00;

    // Addresses are compared only where an entry is set.
    assign read_error = (reads == 4'd0) ? read_by_number
                      : read_hit[0] ? cfg_error_control_0[3:2]
                      : read_hit[1] ? cfg_error_control_1[3:2]
                      : read_hit[2] ? cfg_error_control_2[3:2]
                      : read_hit[3] ? cfg_error_control_3[3:2]
                      : read_by_number;
    assign write_error = (writes == 4'd0) ? write_by_number
                       : write_hit[0] ? cfg_error_control_0[3:2]
                       : write_hit[1] ? cfg_error_control_1[3:2]
                       : write_hit[2] ? cfg_error_control_2[3:2]
                       : write_hit[3] ? cfg_error_control_3[3:2]
                       : write_by_number;

    always @(posedge clk) begin
        if (rst) begin
            read_beats  <= 32'd0;
            write_beats <= 32'd0;
        end else begin
            read_beats  <= read_beats + {31'd0, read_beat};
            write_beats <= write_beats + {31'd0, write_beat};
        end
    end

    wire unused = &{1'b0, read_beat_address[2:0], write_beat_address[2:0],
        cfg_error_address_0[2:0], cfg_error_address_1[2:0], cfg_error_address_2[2:0], cfg_error_address_3[2:0]};
endmodule

`default_nettype wire
