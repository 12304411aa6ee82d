import { bindingFiles } from "../src/links/device-binding.ts";
import { generatedFiles } from "../src/spec/generated-files.ts";
import { cliMarkdown } from "./cli-reference.ts";
import { configMarkdown } from "./config-reference.ts";

/** Every file that is generated from `src`, by its path from the repository root. */
export async function everyGeneratedFile(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...generatedFiles(),
    ...bindingFiles(),
    ["docs/cli.md", cliMarkdown()],
    ["docs/config.md", await configMarkdown()],
  ]);
}
