// A bus master that fails as it is told by what is written to its register 0xC: by its own words (1 to 4), by a loop that
// never ends (5), or in C++ (6 and more, faulty.cpp). 11 only makes both of them say something, once.
`default_nettype none

import "DPI-C" function int misbehave(input int how);

module faulty (
    input  wire        aclk,
    input  wire        aresetn,
    input  wire [11:0] S_AWADDR,
    input  wire        S_AWVALID,
    output wire        S_AWREADY,
    input  wire [31:0] S_WDATA,
    input  wire        S_WVALID,
    output wire        S_WREADY,
    output wire [1:0]  S_BRESP,
    output reg         S_BVALID,
    input  wire        S_BREADY,
    input  wire [11:0] S_ARADDR,
    input  wire        S_ARVALID,
    output wire        S_ARREADY,
    output reg  [31:0] S_RDATA,
    output wire [1:0]  S_RRESP,
    output reg         S_RVALID,
    input  wire        S_RREADY,
    output wire [31:0] M00_AWADDR,
    output reg         M00_AWVALID,
    input  wire        M00_AWREADY,
    output wire [31:0] M00_WDATA,
    output wire [3:0]  M00_WSTRB,
    output wire        M00_WLAST,
    output reg         M00_WVALID,
    input  wire        M00_WREADY,
    input  wire [1:0]  M00_BRESP,
    input  wire        M00_BVALID,
    output wire        M00_BREADY,
    output wire [31:0] M00_ARADDR,
    output reg         M00_ARVALID,
    input  wire        M00_ARREADY,
    input  wire [31:0] M00_RDATA,
    input  wire [1:0]  M00_RRESP,
    input  wire        M00_RLAST,
    input  wire        M00_RVALID,
    output wire        M00_RREADY,
    output reg         intr
);
    reg [31:0] from;
    reg [31:0] to;
    reg [31:0] word;
    reg [3:0]  fault;
    int        found;
    reg        hasSpoken;

    wire unused = &{M00_BRESP, M00_RRESP, M00_RLAST, S_AWADDR[11:4], S_ARADDR[11:4], 1'b0};
    wire write = S_AWVALID && S_WVALID && !S_BVALID;
    wire read  = S_ARVALID && !S_RVALID;

    assign S_AWREADY  = write;
    assign S_WREADY   = write;
    assign S_ARREADY  = read;
    assign S_BRESP    = 2'b00;
    assign S_RRESP    = 2'b00;
    assign M00_AWADDR = to;
    assign M00_ARADDR = from;
    assign M00_WDATA  = word;
    assign M00_WSTRB  = 4'b1111;
    assign M00_WLAST  = 1'b1;
    assign M00_BREADY = 1'b1;
    assign M00_RREADY = 1'b1;

    always @(posedge aclk or negedge aresetn)
        if (!aresetn) begin
            S_BVALID    <= 1'b0;
            S_RVALID    <= 1'b0;
            M00_AWVALID <= 1'b0;
            M00_WVALID  <= 1'b0;
            M00_ARVALID <= 1'b0;
            intr        <= 1'b0;
            fault       <= 4'd0;
            hasSpoken   <= 1'b0;
        end else begin
            if (fault == 4'd11) hasSpoken <= 1'b1;
            if (S_BREADY) S_BVALID <= 1'b0;
            if (S_RREADY) S_RVALID <= 1'b0;
            if (M00_ARREADY) M00_ARVALID <= 1'b0;
            if (M00_AWREADY) M00_AWVALID <= 1'b0;
            if (M00_WREADY) M00_WVALID <= 1'b0;
            if (write) begin
                S_BVALID <= 1'b1;
                case (S_AWADDR[3:2])
                    2'd0: from <= S_WDATA;
                    2'd1: to <= S_WDATA;
                    2'd3: fault <= S_WDATA[3:0];
                    default: begin
                        M00_ARVALID <= S_WDATA[0];
                        intr        <= 1'b0;
                    end
                endcase
            end
            if (read) begin
                S_RVALID <= 1'b1;
                S_RDATA  <= (S_ARADDR[3:2] == 2'd0) ? from : (S_ARADDR[3:2] == 2'd1) ? to : {31'd0, intr};
            end
            if (M00_RVALID) begin
                word        <= M00_RDATA;
                M00_AWVALID <= 1'b1;
                M00_WVALID  <= 1'b1;
            end
            if (M00_BVALID) intr <= 1'b1;
        end

    always @(posedge aclk)
        case (fault)
            4'd0: found = 0;
            4'd1: $fatal(1, "the design gives up");
            4'd2: $error("the design complains");
            4'd3: assert (intr);
            4'd4: $finish;
            4'd5: while (found >= 0) found = found & 1;
            4'd11: if (!hasSpoken) begin
                $display("the design says %0d", fault);
                $info("the design informs");
                found = misbehave({28'd0, fault});
                $warning("the design warns");
            end
            default: found = misbehave({28'd0, fault});
        endcase
endmodule
`default_nettype wire
