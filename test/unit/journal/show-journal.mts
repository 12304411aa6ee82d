/** `hilt journal show` with the file that is its argument, and then the most memory that this process had, in MiB. */
import { handler } from "../../../src/cli/commands/journal.ts";

const [, , file, kind] = process.argv as [string, string, string, string];
await handler({ action: "show", json: false, file, kind } as Parameters<typeof handler>[0]);
process.stdout.write(`${process.resourceUsage().maxRSS / 1024}\n`);
