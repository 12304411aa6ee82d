import { expect, test } from "vitest";
import { soakRings } from "../soak/soak-rings.ts";
import { variants } from "../soak/variants.ts";

/** A slice of `npm run soak`. */
test.each(Object.entries(variants))(
  "random rings on the %s build agree with the model",
  async (_name, variant) => {
    const report = await soakRings(variant, { runs: 150, seed: 20_261, cacheDirectory: ".hilt/cache" });
    expect(report.failure).toBeUndefined();
    expect(report.descriptors).toBeGreaterThan(1000);
  },
);
