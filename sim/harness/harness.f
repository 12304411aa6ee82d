// The harness without a device.
+incdir+sim/harness
sim/harness/hilt_harness_commands.v
sim/harness/hilt_harness_chance.v
sim/harness/hilt_harness_errors.v
sim/harness/hilt_harness_lookup.v
sim/harness/hilt_harness_late.v
sim/harness/hilt_harness_order.v
sim/harness/hilt_harness_beat_address.v
sim/harness/hilt_harness_ahead.v
sim/harness/hilt_harness_reads.v
sim/harness/hilt_harness_writes.v
sim/harness/hilt_harness_answers.v
sim/harness/hilt_harness_memory.v
sim/harness/hilt_harness_rules.v
sim/harness/hilt_harness_events.v
sim/harness/hilt_harness.v
