// CRC-32 as in zlib, one byte a cycle. `value` is before the final inversion: 32'hdebb20e3 after a message and its CRC.
`default_nettype none

module crc32 (
    input  wire        clk,
    input  wire        clear,
    input  wire        valid,
    input  wire [7:0]  data,
    output reg  [31:0] value
);
    function [31:0] next;
        input [31:0] crc;
        integer i;
        begin
            next = crc;
            for (i = 0; i < 8; i = i + 1)
                next = {1'b0, next[31:1]} ^ (next[0] ? 32'hedb88320 : 32'd0);
        end
    endfunction

    always @(posedge clk) begin
        if (clear)
            value <= 32'hffffffff;
        else if (valid)
            value <= next(value ^ {24'd0, data});
    end
endmodule

`default_nettype wire
