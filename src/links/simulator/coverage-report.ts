import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CoverageCounts } from "../../engine/coverage-counts.ts";
import { runTool } from "../../engine/run-tool.ts";
import type { CoverageReport } from "../link-kind.ts";
import { HARNESS } from "./harness-source.ts";

const LIMIT_SECONDS = 600;
/** The device in the harness: what a bench tests. The harness itself is not counted. */
const DEVICE = `${HARNESS}.device`;

/** Adds up the counts in `countsDirectory`, deletes it, and writes what they say to `directory`. */
export async function reportCoverage(countsDirectory: string, directory: string): Promise<CoverageReport> {
  mkdirSync(countsDirectory, { recursive: true });
  const files = readdirSync(countsDirectory).filter((name) => name.endsWith(".dat"));
  const counts = new CoverageCounts(DEVICE);
  for (const name of files) counts.add(readFileSync(join(countsDirectory, name), "utf8"));
  rmSync(countsDirectory, { recursive: true, force: true });
  const info = join(directory, "coverage.info");
  const pages = join(directory, "html");
  // Pages of an earlier run would be taken for those of this one.
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(info, counts.lcov());
  const report = { simulations: files.length, totals: counts.totals, info };
  if (files.length === 0) return { ...report, missing: "no test gave counts" };
  return { ...report, ...(await writePages(info, pages)) };
}

async function writePages(
  info: string,
  directory: string,
): Promise<Pick<CoverageReport, "html" | "missing">> {
  const args = ["--quiet", "--branch-coverage", "--legend", "--title", "hilt", "--ignore-errors", "source"];
  try {
    const { status, stderr } = await runTool({
      ...{
        name: "genhtml",
        command: "genhtml",
        limitSeconds: LIMIT_SECONDS,
        work: "the coverage of this run",
      },
      args: [...args, "--output-directory", directory, info],
    });
    if (status === 0) return { html: join(directory, "index.html") };
    return { missing: `genhtml failed: ${stderr.trim().split("\n")[0]}` };
  } catch (error) {
    const isMissing = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
    return {
      missing: isMissing ? "genhtml is not installed: apt-get install lcov" : (error as Error).message,
    };
  }
}
