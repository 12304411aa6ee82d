import { createRequire } from "node:module";
import type Winston from "winston";
import type { Log } from "../core/log.ts";

/**
 * The log of the command line: on stderr, so that results on stdout can be piped. Winston takes a tenth of a run's start,
 * and most runs have nothing to log: it is loaded with the first message.
 */
export function createLog(isVerbose: boolean): Log {
  let logger: Winston.Logger | undefined;
  const log = (level: keyof Log, message: string): void => {
    logger ??= createLogger();
    logger.log(level, message);
  };
  return {
    debug: (message) => {
      if (isVerbose) log("debug", message);
    },
    info: (message) => {
      if (isVerbose) log("info", message);
    },
    warn: (message) => log("warn", message),
    error: (message) => log("error", message),
  };
}

function createLogger(): Winston.Logger {
  const winston = createRequire(import.meta.url)("winston") as typeof Winston;
  return winston.createLogger({
    level: "debug",
    format: winston.format.printf(({ level, message }) => `${level}: ${String(message)}`),
    transports: [new winston.transports.Console({ stderrLevels: ["error", "warn", "info", "debug"] })],
  });
}
