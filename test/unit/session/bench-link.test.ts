import { expect, test } from "vitest";
import type { Link } from "../../../src/bus/link.ts";
import { silentLog } from "../../../src/core/log.ts";
import { PendingCalls } from "../../../src/core/pending-calls.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { openSimulator } from "../../../src/links/simulator/open-simulator.ts";
import { BenchLink } from "../../../src/session/bench-link.ts";
import { replaced } from "../../contract/faulty-links/faulty-link.ts";

test.each(["stepped", "wall"] as const)(
  "a limit that is not a number of cycles is refused, and no time passes for it: %s",
  async (time) => {
    const settings = { engine: "wasm" } as const;
    const options = { seed: 1n, cacheDirectory: ".hilt/cache", log: silentLog };
    await using simulator = await openSimulator("bench", settings, options);
    const link = replaced<Link>(simulator, { traits: { ...simulator.traits, time } });
    const bench = new BenchLink(link, new Journal(), new PendingCalls());
    for (const cycles of [0.5, -1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(bench.waitForInterrupt(cycles), `${cycles}`).rejects.toThrow(RangeError);
    expect(link.clock.cycle).toBe(0);
  },
);
