// The smallest board: what comes over its line goes back, through a real receiver and a real transmitter.
`default_nettype none

module echo_top #(
    parameter        LINE_W      = 1,
    parameter [15:0] DIVIDER_256 = 16'd1024
) (
    input  wire              clk_pin,
    input  wire [LINE_W-1:0] rx_pin,
    output wire [LINE_W-1:0] tx_pin
);
    echo #(.LINE_W(LINE_W), .DIVIDER(DIVIDER_256 >> 8)) board (.clk(clk_pin), .rxd(rx_pin), .txd(tx_pin));
endmodule

module echo #(
    parameter LINE_W  = 1,
    parameter DIVIDER = 4
) (
    input  wire              clk,
    input  wire [LINE_W-1:0] rxd,
    output wire [LINE_W-1:0] txd,
    output wire              idle
);
    // The pin is asynchronous.
    reg [2*LINE_W-1:0] synchronised = {2*LINE_W{LINE_W == 1}};
    always @(posedge clk) synchronised <= {synchronised[LINE_W-1:0], rxd};

    wire [LINE_W-1:0] line = synchronised[2*LINE_W-1:LINE_W];
    assign idle = 1'b1;

    generate if (LINE_W == 9) begin : bytes
        assign txd = line;
    end else begin : serial
        reg [7:0] memory [0:4095];
        reg [11:0] head = 0, tail = 0;

        reg [7:0] count = 0;
        reg [3:0] index = 0;
        reg [7:0] bits = 0;
        always @(posedge clk) begin
            if (index == 0) begin
                count <= DIVIDER / 2;
                if (!line) index <= 1;
            end else if (count != 0) begin
                count <= count - 1;
            end else begin
                count <= DIVIDER - 1;
                index <= (index == 10) ? 0 : index + 1;
                bits <= {line, bits[7:1]};
                if (index == 1 && line) index <= 0;
                if (index == 10 && line) begin
                    memory[head] <= bits;
                    head <= head + 1;
                end
            end
        end

        reg [9:0] sending = 10'h3ff;
        reg [3:0] left = 0;
        reg [7:0] wait_count = 0;
        assign txd = sending[0];
        always @(posedge clk) begin
            if (wait_count != 0) begin
                wait_count <= wait_count - 1;
            end else if (left != 0) begin
                sending <= {1'b1, sending[9:1]};
                left <= left - 1;
                wait_count <= DIVIDER - 1;
            end else if (head != tail) begin
                sending <= {1'b1, memory[tail], 1'b0};
                tail <= tail + 1;
                left <= 9;
                wait_count <= DIVIDER - 1;
            end
        end
    end endgenerate
endmodule

`default_nettype wire
