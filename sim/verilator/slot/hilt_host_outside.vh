    // Of sim/harness/hilt_harness_memory.v: host memory that is outside of the model (host_memory.cpp), which takes a row of
    // 8 bytes at a time. Whoever lets time pass there writes another value to cfg_region_base_0, so that what a beat is
    // answered is asked for again: memory and windows may have changed.
    import "DPI-C" function int hilt_host_read(input longint unsigned address, input longint unsigned version, output longint unsigned data);
    import "DPI-C" function int hilt_host_check(input longint unsigned address, input longint unsigned version);
    import "DPI-C" function void hilt_host_write(input longint unsigned address, input longint unsigned data, input int unsigned strobe);

    reg         r_allowed;
    reg         w_allowed;
    reg  [63:0] r_outside;
    wire [63:0] version    = cfg_region_base_0 + {32'd0, cycle};
    wire        r_good     = r_allowed & (read_error == OKAY);
    wire [63:0] r_row_data = r_good ? r_outside : 64'd0;

    always @* begin
        r_allowed = 1'b0;
        r_outside = 64'd0;
        if (r_is_due) r_allowed = hilt_host_read({r_address[63:3], 3'd0}, version, r_outside) != 0;
    end

    always @* begin
        w_allowed = 1'b0;
        if (write_beat_waits & write_is_open) w_allowed = hilt_host_check({w_address[63:3], 3'd0}, version) != 0;
    end

    always @(posedge clk)
        if (~rst & w_take & w_good & w_strobed) hilt_host_write({w_address[63:3], 3'd0}, w_row_data, {24'd0, w_row_strobe});
