// What the encoder puts on the line the decoder takes from it: any frames, a line that takes a byte whenever it likes. One byte of
// each frame, whichever, is looked at; a zero inside of a frame would end it early.
`default_nettype none

module cobs_round_trip (
    input wire clk
);
    (* anyseq *) wire       any_valid;
    (* anyseq *) wire [7:0] any_data;
    (* anyseq *) wire       any_last;
    (* anyseq *) wire       any_delimit;
    (* anyseq *) wire       any_ready;
    (* anyconst *) wire [5:0] place;

    reg started = 1'b0;
    always @(posedge clk)
        started <= 1'b1;
    wire rst = ~started;

    // ---- frames into the encoder: one is offered until its last byte has been taken
    reg        active;
    reg  [5:0] put;
    wire       ready;
    wire       closed;
    wire       begins = ~active & closed & any_valid & ~waiting;
    wire       valid  = active & any_valid;
    wire       take   = valid & ready;
    // A frame is begun when the one before has come out, so that one count is enough for each side.
    reg        waiting;
    reg  [5:0] length;
    reg  [7:0] byte_put;
    always @(posedge clk) begin
        if (begins) begin
            active <= 1'b1;
            put    <= 6'd0;
        end
        if (take) begin
            put <= put + 6'd1;
            if (put == place)
                byte_put <= any_data;
            if (any_last) begin
                active  <= 1'b0;
                waiting <= 1'b1;
                length  <= put + 6'd1;
            end
        end
        if (end_valid)
            waiting <= 1'b0;
        if (rst) begin
            active  <= 1'b0;
            waiting <= 1'b0;
            put     <= 6'd0;
        end
    end

    wire       line_valid;
    wire [7:0] line_data;
    cobs_encoder encoder (
        .clk(clk),
        .rst(rst),
        .active(active),
        .delimit(begins & any_delimit),
        .valid(valid),
        .ready(ready),
        .data(any_data),
        .last(any_last),
        .out_valid(line_valid),
        .out_ready(any_ready),
        .out_data(line_data),
        .starving(),
        .closed(closed),
        .empty()
    );

    wire       out_valid;
    wire [7:0] out_data;
    wire       end_valid;
    wire       cut;
    cobs_decoder decoder (
        .clk(clk),
        .rst(rst),
        .valid(line_valid & any_ready),
        .data(line_data),
        .out_valid(out_valid),
        .out_data(out_data),
        .end_valid(end_valid),
        .cut(cut)
    );

    reg [5:0] got;
    always @(posedge clk) begin
        if (rst | end_valid)
            got <= 6'd0;
        else if (out_valid)
            got <= got + 6'd1;
    end

    always @(*) if (started) begin
        if (out_valid & (got == place))
            assert (out_data == byte_put);
        if (out_valid)
            assert (got < (waiting ? length : put));
        // A frame ends where it did, and whole.
        if (end_valid)
            assert (waiting & (got == length) & ~cut);
    end
endmodule

`default_nettype wire
