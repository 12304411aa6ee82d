import { runCampaign } from "../loss/campaign.ts";
import { hazards } from "../loss/hazards.ts";
import { startBoard } from "../uart/start-board.ts";
import type { SoakCounterexample, SoakRequest } from "./soak-rings.ts";

const MIB = 2 ** 20;

export interface LineReport {
  readonly summary: string;
  readonly failure?: SoakCounterexample<string>;
}

/**
 * Transfers both ways over a line, a cable, a host and a board that fail, one hazard after the other, on a virtual board whose
 * line is one of bytes. `runs` is the MiB under each, both ways together; `path`, or `hazard`, the one that is repeated.
 */
export async function soakLine(
  request: SoakRequest & { readonly hazard?: string | undefined },
): Promise<LineReport> {
  const { runs, seed, path, onRun } = request;
  const only = path ?? request.hazard;
  const names = only === undefined ? Object.keys(hazards) : [only];
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    await using board = await startBoard("bytes");
    const started = performance.now();
    try {
      const { lives, line, strikes } = await runCampaign({
        ...{ board, hazard: name, seed, bytes: (runs * MIB) / 2 },
        onRound: (moved) => onRun?.((index * runs + (2 * moved) / MIB) / names.length),
      });
      const hours = ((performance.now() - started) / 3_600_000).toFixed(2);
      const { damaged = 0, gaps = 0, bytesSentAgain = 0 } = line;
      const facts = `${damaged} frames damaged, ${gaps} missing, ${bytesSentAgain} bytes sent again, ${strikes} strikes, ${lives.length} sessions`;
      lines.push(`${name}: ${runs} MiB in ${hours} h, every byte as expected; ${facts}`);
      console.log(`line, seed ${seed}: ${lines.at(-1)}`);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { summary: lines.join("\n"), failure: { seed, path: name, smallest: name, message } };
    }
  }
  return { summary: `${names.length} hazards, ${runs} MiB each, every byte as expected,` };
}
