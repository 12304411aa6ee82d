// The ring of `cobs_encoder`, whatever its frames and its line: what has not been read is not written over, and no byte is read in the
// cycle in which it is written. By induction, from any state in which a reset finds it.
`default_nettype none

module encoder_properties (
    input wire clk
);
    localparam [1:0] COPY = 2'd0, CLOSE = 2'd1, DELIMIT = 2'd2, OPEN = 2'd3;

    (* anyseq *) wire       any_active;
    (* anyseq *) wire       any_delimit;
    (* anyseq *) wire       any_valid;
    (* anyseq *) wire [7:0] any_data;
    (* anyseq *) wire       any_last;
    (* anyseq *) wire       any_ready;

    reg started = 1'b0;
    always @(posedge clk)
        started <= 1'b1;
    wire rst = ~started;

    wire starving;
    wire closed;

    cobs_encoder encoder (
        .clk(clk),
        .rst(rst),
        .active(any_active),
        .delimit(any_delimit),
        .valid(any_valid),
        .ready(),
        .data(any_data),
        .last(any_last),
        .out_valid(),
        .out_ready(any_ready),
        .out_data(),
        .starving(starving),
        .closed(closed),
        .empty()
    );

    // As the link does.
    always @(*) if (any_delimit) assume (closed & starving & ~any_active);

    (* hierconn *) wire [8:0] \encoder.head ;
    (* hierconn *) wire [8:0] \encoder.group ;
    (* hierconn *) wire [8:0] \encoder.tail ;
    (* hierconn *) wire [7:0] \encoder.length ;
    (* hierconn *) wire [1:0] \encoder.state ;
    (* hierconn *) wire       \encoder.write ;
    (* hierconn *) wire [8:0] \encoder.write_at ;
    (* hierconn *) wire       \encoder.read ;
    wire [1:0] state    = \encoder.state ;
    wire [8:0] readable = \encoder.group - \encoder.tail ;
    wire [8:0] open     = \encoder.head - \encoder.group ;
    // From the beginning of the tail's quarter on.
    wire [9:0] used     = {3'd0, \encoder.tail [6:0]} + {1'b0, readable} + {1'b0, open};

    always @(*) if (started) begin
        assert (~(\encoder.read & \encoder.write & (\encoder.write_at == \encoder.tail )));
        // A byte is written where all has been read, or where the length of the open group stands.
        assert (used < 10'd512);

        // For the induction.
        case (state)
            COPY:    assert (used <= 10'd387);
            CLOSE:   assert (used <= 10'd384);
            DELIMIT: assert (used <= 10'd384 + {9'd0, open == 9'd0});
            default: assert (used <= 10'd385 + {9'd0, open <= 9'd1});
        endcase
        assert (open <= 9'd255 + {8'd0, state == OPEN});
        if ((state == COPY) | (state == CLOSE))
            assert ((open == {1'b0, \encoder.length }) & (open != 9'd0));
        if (state == COPY)
            assert (\encoder.length != 8'hff);
    end
endmodule

`default_nettype wire
