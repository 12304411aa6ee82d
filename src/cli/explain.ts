import { HiltError } from "../core/errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { hintFor } from "./hints.ts";

/** Writes on stderr what went wrong and what helps; the result is the exit code. */
export function explain(error: unknown, isVerbose: boolean): number {
  if (error instanceof HiltError) {
    const hint = hintFor(error.code, error.tool);
    const trace = isVerbose ? `${error.stack}\n` : "";
    process.stderr.write(
      `hilt: ${error.message} [${error.code}]\n${hint === undefined ? "" : `hint: ${hint}\n`}${trace}`,
    );
    return exitCodes[error.blame];
  }
  if (error instanceof Error && "syscall" in error) {
    const { code, message } = error as NodeJS.ErrnoException;
    process.stderr.write(
      `hilt: the system refused: ${message} [${code}]\n${isVerbose ? `${error.stack}\n` : ""}`,
    );
    return exitCodes.environment;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const trace = isVerbose
    ? `${stack ?? ""}\n`
    : "hint: --verbose shows where; please report it, with the command\n";
  process.stderr.write(`hilt: a bug of hilt: ${message}\n${trace}`);
  return exitCodes.bug;
}
