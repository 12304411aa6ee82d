import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = resolve(root, "src");
const runnerless = fileURLToPath(new URL("guest/vitest.ts", import.meta.url));

/**
 * A program for the guest as one module: what it imports of `src` is taken from the product as it was built, in `built`.
 * Packages of `external` are there in the guest.
 */
export async function bundle(entry: string, built: string, external: readonly string[]): Promise<string> {
  const output = await build({
    ...{ root, configFile: false, logLevel: "error" },
    plugins: [
      {
        name: "built-product",
        enforce: "pre",
        resolveId(specifier, importer) {
          if (specifier === "vitest") return runnerless;
          if (importer === undefined || !specifier.startsWith(".")) return null;
          const path = resolve(importer, "..", specifier);
          if (!path.startsWith(`${sources}/`)) return null;
          return resolve(built, relative(sources, path)).replace(/\.ts$/, ".js");
        },
      },
    ],
    ssr: { noExternal: true, external: [...external] },
    build: {
      ssr: entry,
      write: false,
      target: "node20",
      minify: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [{ output: chunks }] = [output].flat() as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput];
  return chunks[0].code;
}
