import { expect, test } from "vitest";
import { createParser } from "../../../src/cli/main.ts";

interface WithUsage {
  getInternalMethods(): { getUsageInstance(): { hasCachedHelpMessage(): boolean } };
}

test("a command that runs lays out no help", async () => {
  const begun: string[] = [];
  const parser = createParser(["list", "--json"], async ({ command }) => void begun.push(command));
  await parser.parseAsync();
  expect(begun).toEqual(["list"]);
  const usage = (parser as unknown as WithUsage).getInternalMethods().getUsageInstance();
  expect(usage.hasCachedHelpMessage()).toBe(false);
});
