// What the encoder stuffs the decoder takes out again, byte by byte and with the same ends, whatever the pace.
`default_nettype none

module bridge_cobs (
    input wire       clk,
    input wire       valid,
    input wire [7:0] data,
    input wire       last,
    input wire       out_ready
);
    reg       rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire      ready;
    wire      line_valid;
    wire [7:0] line_data;
    wire      closed;
    reg       open;
    cobs_encoder encoder (
        .clk(clk), .rst(rst), .active(open), .delimit(1'b0), .valid(valid & open), .ready(ready), .data(data), .last(last),
        .out_valid(line_valid), .out_ready(out_ready), .out_data(line_data), .starving(), .closed(closed), .empty()
    );
    always @(posedge clk)
        open <= ~rst & (open ? ~(valid & ready & last) : closed);

    wire       out_valid;
    wire [7:0] out_data;
    wire       end_valid;
    wire       cut;
    cobs_decoder decoder (
        .clk(clk), .rst(rst), .valid(line_valid & out_ready), .data(line_data),
        .out_valid(out_valid), .out_data(out_data), .end_valid(end_valid), .cut(cut)
    );

    // Bytes and ends in their order: 9 bits each, an end as 9'h100.
    reg [8:0] sent [0:15];
    reg [3:0] head = 4'd0;
    reg [3:0] tail = 4'd0;
    reg       ends = 1'b0;
    wire      take = valid & open & ready;
    always @(posedge clk) begin
        ends <= take & last;
        if (take) begin
            sent[head] <= {1'b0, data};
            head       <= head + 4'd1;
        end
        // No byte is taken in the cycle after the last one.
        if (ends) begin
            sent[head] <= 9'h100;
            head       <= head + 4'd1;
        end
        if (out_valid | end_valid)
            tail <= tail + 4'd1;
        if (~rst & out_valid) begin
            assert (~end_valid);
            assert (head != tail);
            assert (sent[tail] == {1'b0, out_data});
        end
        if (~rst & end_valid) begin
            assert (head != tail);
            assert (sent[tail] == 9'h100);
            assert (~cut);
        end
        if (~rst & line_valid)
            cover (end_valid);
    end
endmodule

`default_nettype wire
