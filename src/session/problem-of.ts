import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Blame } from "../core/errors.ts";
import type { Problem } from "../report/run-result.ts";
import type { ThrownError } from "./worker-log.ts";

const MOST_DIFF_LINES = 60;
const MOST_CAUSES = 5;
/** A disk that is full, whose quota or limit is used up, or that cannot be written any more: no fault of the device or the bench. */
const DISK_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO"];
/** As Node words them: an error that has crossed processes may have lost its code. */
const DISK_WORDS = new RegExp(`^(?:${DISK_CODES.join("|")}): .*, \\w+`);
const OURS = fileURLToPath(new URL("..", import.meta.url));

/** What an error says, as reports show it. */
export function problemOf(error: ThrownError, root: string): Problem {
  const { blame, code, stack } = error;
  const places = placesIn(stack ?? "", root);
  const place = places.find((one) => /\.hil\./.test(one)) ?? places[0];
  if (/^\[Vitest\] Unexpected \.only modifier/.test(error.message)) {
    const message = "only(...) where CI is set: it would keep the other tests of the file from running";
    return { blame: "usage", code: "E_ONLY", message, ...(place === undefined ? {} : { place }) };
  }
  if (isOfDisk(error))
    return { blame: "environment", code: "E_DISK", message: `the system refused: ${error.message}` };
  const timeout = /^(?:Test|Hook) timed out in (\d+)ms/.exec(error.message);
  return {
    blame: typeof blame === "string" ? (blame as Blame) : "product",
    code: timeout !== null ? "E_TEST_TIMEOUT" : typeof blame === "string" ? String(code) : codeOf(error),
    message:
      timeout !== null
        ? `did not end within ${Number(timeout[1]) / 1000} s: it waits for something`
        : [wordsOf(error), ...diffOf(error), ...causesOf(error)].join("\n"),
    ...(place === undefined ? {} : { place }),
    ...(places.length > 1 ? { places } : {}),
    ...(typeof stack === "string" ? { stack: plain(stack) } : {}),
  };
}

/** `file:line` of each frame that is the user's, the innermost first; files are named from the project's folder. */
export function placesIn(stack: string, root: string): string[] {
  const places = [...stack.matchAll(/^ {4}at (?:.*\()?(file:\/\/)?(\/[^\n]*?):(\d+):\d+\)?$/gm)]
    .map(([, scheme, file = "", line]) => ({
      file: scheme === undefined ? file : fileURLToPath(scheme + file),
      line,
    }))
    .filter(({ file }) => !file.includes("/node_modules/") && !file.startsWith(OURS))
    .map(({ file, line }) => `${relative(root, file)}:${line}`);
  return [...new Set(places)];
}

export function isOfDisk({ blame, code, message }: ThrownError): boolean {
  return typeof blame !== "string" && (DISK_CODES.includes(code) || DISK_WORDS.test(message));
}

function isAssertion({ name, diff }: ThrownError): boolean {
  return name === "AssertionError" || diff !== undefined;
}

function codeOf(error: ThrownError): string {
  return isAssertion(error) ? "E_ASSERTION" : "E_THROWN";
}

/** The class of an error that is neither hilt's nor an assertion says more than its message alone. */
function wordsOf(error: ThrownError): string {
  const message = plain(error.message ?? String(error));
  const isNamed =
    typeof error.blame !== "string" && !isAssertion(error) && ![undefined, "Error"].includes(error.name);
  return isNamed ? `${error.name}: ${message}` : message;
}

/** Nothing where the message has both values already. */
function diffOf({ diff, message }: ThrownError): string[] {
  if (typeof diff !== "string" || diff === "") return [];
  const lines = plain(diff).split("\n");
  const values = lines.slice(2).filter((line) => line !== "");
  if (values.length === 2 && values.every((value) => message.includes(value.slice(2)))) return [];
  const more = lines.length - MOST_DIFF_LINES;
  const end = more > 0 ? [`[${more} more ${more === 1 ? "line" : "lines"}]`] : [];
  return [...lines.slice(0, MOST_DIFF_LINES), ...end].map((line) => `  ${line}`.trimEnd());
}

function causesOf({ cause }: ThrownError): string[] {
  const lines: string[] = [];
  let next: unknown = cause;
  for (let depth = 0; depth < MOST_CAUSES && next !== undefined && next !== null; depth++) {
    const error: ThrownError = typeof next === "object" ? (next as ThrownError) : { message: String(next) };
    lines.push(`  caused by ${wordsOf(error)}`);
    next = error.cause;
  }
  return lines;
}

/** Without the colours that Vitest writes. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what the colours are written with.
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
