import { type EffectKind, effectKinds } from "./design.ts";

/**
 * Yosys knows `$display` and no other system task that does something. So `$finish`, `$stop`, `$fatal`, `$error`,
 * `$warning` and `$info` become `$display` calls whose text starts with a mark, on the same line; comments stay as they
 * are, strings but for `%m`, for which Yosys would write the module's name.
 */
const MARK = "hilt-task:";
const SCOPE = "hilt-scope:";
const REFUSED = "hilt-refused:";

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
    /("(?:\\.|[^"\\\n])*")/.source,
    `\\$(${tasks.join("|")})\\b[ \\t]*(\\([ \\t]*\\d*[ \\t]*(?:,|\\))|\\()?`,
  ].join("|"),
  "g",
);

export function markTasks(text: string): string {
  return text.replace(
    TOKENS,
    (whole, string: string | undefined, task: string | undefined, opening?: string) => {
      if (string !== undefined) return string.replace(/%%|%m/g, (each) => (each === "%m" ? SCOPE : each));
      if (task === undefined) return whole;
      const mark = `$display("${MARK}${task} "`;
      if (opening === undefined || opening.endsWith(")")) return `${mark})`;
      // `$fatal` has a number first that nobody prints; the others have nothing or their message.
      if (task === "fatal" || opening === "(") return `${mark}, `;
      return `${mark}, ${opening.slice(1)}`;
    },
  );
}

/** The start of a task that is refused, by these words, where it is part of the design. */
export function refusedTask(words: string): string {
  return `$display("${REFUSED}${words}|"`;
}

/** The words of `refusedTask`, in a format string. */
export function refusedWords(format: string): string | undefined {
  return format.startsWith(REFUSED) ? format.slice(REFUSED.length).split("|")[0] : undefined;
}

/** What a format string was in the source, in an instance of this hierarchical name. */
export function taskOf(marked: string, scope: string): { kind: EffectKind; format: string } {
  const format = marked.replaceAll(SCOPE, scope.replace(/[{}]/g, "$&$&"));
  if (!format.startsWith(MARK)) return { kind: "display", format };
  const [name = "", ...rest] = format.slice(MARK.length).split(" ");
  const kind = effectKinds.find((each) => each === name.trim()) ?? "display";
  return { kind, format: rest.join(" ") };
}
