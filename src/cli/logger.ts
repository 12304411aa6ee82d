import winston from "winston";
import type { Log } from "../core/log.ts";

/** The log of the command line: on stderr, so that results on stdout can be piped. */
export function createLog(isVerbose: boolean): Log {
  return winston.createLogger({
    level: isVerbose ? "debug" : "warn",
    format: winston.format.printf(({ level, message }) => `${level}: ${String(message)}`),
    transports: [new winston.transports.Console({ stderrLevels: ["error", "warn", "info", "debug"] })],
  });
}
