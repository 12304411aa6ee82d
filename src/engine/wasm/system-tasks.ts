import { type EffectKind, effectKinds } from "./design.ts";

/**
 * Yosys knows `$display` and no other system task that does something. So `$finish`, `$stop`, `$fatal`, `$error`,
 * `$warning` and `$info` become `$display` calls whose text starts with a mark, on the same line; comments and strings
 * stay as they are.
 */
const MARK = "hilt-task:";

const tasks = [
  "finish",
  "stop",
  "fatal",
  "error",
  "warning",
  "info",
] as const satisfies readonly EffectKind[];

const TOKENS = new RegExp(
  [
    /\/\/[^\n]*/.source,
    /\/\*[\s\S]*?\*\//.source,
    /"(?:\\.|[^"\\\n])*"/.source,
    `\\$(${tasks.join("|")})\\b[ \\t]*(\\([ \\t]*\\d*[ \\t]*(?:,|\\))|\\()?`,
  ].join("|"),
  "g",
);

export function markTasks(text: string): string {
  return text.replace(TOKENS, (whole, task: string | undefined, opening: string | undefined) => {
    if (task === undefined) return whole;
    const mark = `$display("${MARK}${task} "`;
    if (opening === undefined || opening.endsWith(")")) return `${mark})`;
    // `$fatal` has a number first that nobody prints; the others have nothing or their message.
    if (task === "fatal" || opening === "(") return `${mark}, `;
    return `${mark}, ${opening.slice(1)}`;
  });
}

/** What a format string was in the source. */
export function taskOf(format: string): { kind: EffectKind; format: string } {
  if (!format.startsWith(MARK)) return { kind: "display", format };
  const [name = "", ...rest] = format.slice(MARK.length).split(" ");
  const kind = effectKinds.find((each) => each === name.trim()) ?? "display";
  return { kind, format: rest.join(" ") };
}
