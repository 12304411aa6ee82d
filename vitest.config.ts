import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The project's own tests; benches (`*.hil.ts`) are run by `hilt run`. */
export default defineConfig({
  resolve: { alias: { hilt: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/build-models.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
