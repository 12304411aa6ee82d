import { problemsOf, type RunResult } from "./run-result.ts";

/** The lines by which GitHub Actions and its kin show a problem at its place in the source. */
export function annotations(result: RunResult): string[] {
  return problemsOf(result).map(({ code, message, place }) => {
    const [, file, line] = place?.match(/^(.*):(\d+)$/) ?? [];
    const where = file === undefined ? "" : `file=${property(file)},line=${line},`;
    return `::error ${where}title=${property(code)}::${data(message)}`;
  });
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
