import { type Problem, problemsOf, type RunResult, type TargetNotRun } from "./run-result.ts";

/**
 * The lines by which GitHub Actions and its kin show a problem at its place in the source, and a notice for each reason for
 * which tests were skipped. Those of several targets name theirs.
 */
export function annotations(results: readonly RunResult[], notRun: readonly TargetNotRun[] = []): string[] {
  const on = (target: string): string => (results.length + notRun.length > 1 ? ` on ${target}` : "");
  return [
    ...results.flatMap((result) => problemsOf(result).map((one) => error(one, on(result.target)))),
    ...results.flatMap((result) => notices(result, on(result.target))),
    ...notRun.map(
      ({ target, reason }) => `::error title=${property(`not run${on(target)}`)}::${data(reason)}`,
    ),
  ];
}

function notices({ benches }: RunResult, on: string): string[] {
  const names = new Map<string, string[]>();
  for (const { verdict, reason, file, name } of benches) {
    if (verdict !== "skipped" || reason === undefined) continue;
    names.set(reason, [...(names.get(reason) ?? []), `${file} > ${name}`]);
  }
  return [...names].map(
    ([reason, tests]) => `::notice title=${property(`skipped${on}`)}::${data([reason, ...tests].join("\n"))}`,
  );
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
