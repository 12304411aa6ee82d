import { type Problem, problemsOf, type RunResult, type TargetNotRun } from "./run-result.ts";

/**
 * The lines by which GitHub Actions and its kin show a problem at its place in the source. Those of several targets name
 * theirs.
 */
export function annotations(results: readonly RunResult[], notRun: readonly TargetNotRun[] = []): string[] {
  const on = (target: string): string => (results.length + notRun.length > 1 ? ` on ${target}` : "");
  return [
    ...results.flatMap((result) => problemsOf(result).map((one) => error(one, on(result.target)))),
    ...notRun.map(
      ({ target, reason }) => `::error title=${property(`not run${on(target)}`)}::${data(reason)}`,
    ),
  ];
}

function error({ code, message, place }: Problem, on: string): string {
  const [, file, line] = place?.match(/^(.*):(\d+)$/) ?? [];
  const where = file === undefined ? "" : `file=${property(file)},line=${line},`;
  return `::error ${where}title=${property(code + on)}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
