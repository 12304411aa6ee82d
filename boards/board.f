// What every board has round its device, which the board's own folder of includes binds (hilt_harness_device.vh).
-f rtl/bridge/bridge.f
boards/hilt_board.v
