// The harness round our own device, which sim/harness/dma/hilt_harness_device.vh binds.
-f rtl/dma/dma.f
+incdir+sim/harness/dma
-f sim/harness/harness.f
