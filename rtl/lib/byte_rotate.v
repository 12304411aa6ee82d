// Rotates the bytes of a word to the right: byte `amount` of the input becomes byte 0 of the output. Combinational.
`default_nettype none

module byte_rotate #(
    parameter BYTES_LOG2 = 3
) (
    input  wire [(8<<BYTES_LOG2)-1:0] in,
    input  wire [BYTES_LOG2-1:0]      amount,
    output wire [(8<<BYTES_LOG2)-1:0] out
);
    localparam WIDTH = 8 << BYTES_LOG2;

    // Step i rotates by 2**i bytes when bit i of the amount says so.
    genvar i;
    generate
        for (i = 0; i < BYTES_LOG2; i = i + 1) begin : step
            localparam SHIFT = 8 << i;
            wire [WIDTH-1:0] from;
            wire [WIDTH-1:0] to = amount[i] ? {from[SHIFT-1:0], from[WIDTH-1:SHIFT]} : from;
            if (i == 0) begin : first
                assign from = in;
            end else begin : next
                assign from = step[i-1].to;
            end
        end
    endgenerate

    assign out = step[BYTES_LOG2-1].to;
endmodule

`default_nettype wire
