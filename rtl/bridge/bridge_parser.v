// Takes the host's messages apart (docs/wire.md, "Messages").
//
// It never waits for the device's memory port: data of a read, and answers to writes, have room where they go. It waits
// for a register access, whose time is bounded, and for the answer to have been put into the stream to the host.
`default_nettype none

module bridge_parser #(
    parameter DATA_W    = 64, // 32 or 64
    parameter ADDRESS_W = 16  // of registers; a longer form of the address than it needs is refused
) (
    input  wire              clk,
    input  wire              rst,

    input  wire              up_valid,
    output wire              up_ready,
    input  wire [7:0]        up_data,
    // The host has sent what this bridge does not know.
    output reg               refuse,

    // A register access or a fence, until it has been answered. Address and data of an access keep while `frozen`.
    output reg               access_valid,
    output reg               access_is_fence,
    output reg               access_is_write,
    output reg  [31:0]       access_address,
    output reg  [31:0]       access_data,
    output wire [7:0]        fence_mark,
    input  wire              access_frozen,
    input  wire              access_done,

    // A word of what the device has read, in order. `read_awaited`: one is owed.
    output reg               read_push,
    output reg  [DATA_W-1:0] read_data,
    output reg  [1:0]        read_status,
    input  wire              read_awaited,

    // The answer to a burst of the device, in order. `write_awaited`: one is owed.
    output wire              write_push,
    output reg  [1:0]        write_status,
    input  wire              write_awaited
);
    localparam ADDRESS_BYTES = (ADDRESS_W <= 16) ? 2 : 4;
    localparam LANE_W = (DATA_W == 64) ? 3 : 2;
    localparam [3:0] REGISTER_READ = 4'd8, REGISTER_WRITE = 4'd9, MEMORY_DATA = 4'd10, MEMORY_WRITTEN = 4'd11, FENCE = 4'd12;
    localparam [2:0] OP = 3'd0, ADDRESS = 3'd1, VALUE = 3'd2, ACCESS = 3'd3, LENGTH = 3'd4, DATA = 3'd5, COUNT = 3'd6, WRITTEN = 3'd7;

    integer           i;
    reg  [2:0]        state;
    reg  [1:0]        index;
    reg               is_long;
    reg  [1:0]        status;
    reg  [7:0]        not_left;    // of what the message counts; 255 is the last
    reg  [LANE_W-1:0] lane;
    wire [3:0]        op         = up_data[7:4];
    wire [3:0]        flags      = up_data[3:0];
    wire              is_status  = (flags[3:2] == 2'd0) & (flags[1:0] != 2'd1);
    wire              take       = up_valid & up_ready;
    wire              has_bytes  = status == 2'd0;
    wire              data_step  = (state == DATA) & (up_valid | ~has_bytes);
    wire              word_ends  = &lane;
    wire              counts     = take & ((state == LENGTH) | (state == COUNT));
    wire              is_last    = &not_left;
    // A load that adds ones, too, shares the adder's LUTs.
    wire [8:0]        left_next  = {not_left, 1'b1} + {{8{counts}}, data_step | (state == WRITTEN)};

    assign up_ready   = (state != ACCESS) & (state != WRITTEN) & ((state != DATA) | has_bytes);
    assign fence_mark = ~not_left;
    assign write_push = (state == WRITTEN) & write_awaited;

    always @(posedge clk) begin
        refuse <= 1'b0;
        case (state)
            OP: if (take) begin
                index           <= 2'd0;
                status          <= flags[1:0];
                is_long         <= flags[0];
                access_is_write <= op == REGISTER_WRITE;
                access_is_fence <= op == FENCE;
                if (~access_frozen)
                    access_address <= 32'd0;
                case (op)
                    REGISTER_READ, REGISTER_WRITE: begin
                        state  <= ADDRESS;
                        refuse <= (flags[3:1] != 3'd0) | (flags[0] & (ADDRESS_W <= 16));
                    end
                    MEMORY_DATA: begin
                        state  <= LENGTH;
                        refuse <= ~is_status;
                    end
                    MEMORY_WRITTEN: begin
                        state  <= COUNT;
                        refuse <= ~is_status;
                    end
                    FENCE: begin
                        state  <= LENGTH;
                        refuse <= flags != 4'd0;
                    end
                    default: refuse <= 1'b1;
                endcase
            end
            ADDRESS: if (take) begin
                index <= index + 2'd1;
                for (i = 0; i < ADDRESS_BYTES; i = i + 1)
                    if (~access_frozen & (index == i[1:0]))
                        access_address[8*i +: 8] <= up_data;
                if (index == {is_long & (ADDRESS_W > 16), 1'b1}) begin
                    index        <= 2'd0;
                    state        <= access_is_write ? VALUE : ACCESS;
                    access_valid <= ~access_is_write;
                end
            end
            VALUE: if (take) begin
                index <= index + 2'd1;
                if (~access_frozen)
                    access_data <= {up_data, access_data[31:8]};
                if (index == 2'd3) begin
                    state        <= ACCESS;
                    access_valid <= 1'b1;
                end
            end
            ACCESS: if (access_done) begin
                state        <= OP;
                access_valid <= 1'b0;
            end
            LENGTH: if (take) begin
                state        <= access_is_fence ? ACCESS : DATA;
                access_valid <= access_is_fence;
            end
            DATA: if (data_step) begin
                refuse <= word_ends & ~read_awaited;
                if (is_last)
                    state <= OP;
            end
            COUNT: if (take) begin
                write_status <= status;
                state        <= WRITTEN;
            end
            default: begin
                refuse <= ~write_awaited;
                if (is_last)
                    state <= OP;
            end
        endcase
        not_left <= counts ? ~up_data : left_next[8:1];
        if (rst) begin
            state        <= OP;
            access_valid <= 1'b0;
            refuse       <= 1'b0;
        end
    end

    // A word may come in several messages.
    always @(posedge clk) begin
        read_push <= data_step & word_ends & read_awaited;
        if (data_step) begin
            lane        <= lane + {{(LANE_W-1){1'b0}}, 1'b1};
            read_data   <= {up_data, read_data[DATA_W-1:8]};
            read_status <= status;
        end
        if (rst) begin
            lane      <= {LANE_W{1'b0}};
            read_push <= 1'b0;
        end
    end

    wire unused = left_next[0];
endmodule

`default_nettype wire
