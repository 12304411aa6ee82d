// The harness without a device.
+incdir+sim/harness
sim/harness/harness_commands.v
sim/harness/harness_chance.v
sim/harness/harness_errors.v
sim/harness/harness_lookup.v
sim/harness/harness_memory.v
sim/harness/harness_rules.v
sim/harness/harness_events.v
sim/harness/top.v
