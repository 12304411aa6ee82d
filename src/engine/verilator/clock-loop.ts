import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PREFIX } from "./translate.ts";

const ROOT = `${PREFIX}___024root`;
/** Files of what runs once, or round the model. */
const ASIDE = new RegExp(String.raw`__(?:Slow|Syms|Dpi|Trace|ConstPool)|^${PREFIX}\.cpp$`);
/** Functions of a build for debugging. */
const DEBUG = /___(?:eval_debug_assertions$|dump_triggers__)/;
/** How the generated code reaches a member of the top module. */
const SELF = String.raw`(?:vlSelf->|vlSelfRef\.|TOP\.)`;
/**
 * What must run as often as `eval` would run it; any function that is not of the same part may hide such a thing. Those of
 * sim/verilator/slot look at host memory alone.
 */
const EFFECTS = new RegExp(
  String.raw`\bVL_(?:F?WRITEF|F?DISPLAY|STOP|FINISH|FATAL|F[A-Z]+_|SYSTEM|RAND|URAND|TIME)|\b${PREFIX}(?!\w*(?:ico|hilt_host_(?:read|check)))\w+\(`,
);

/**
 * C++ functions, `hilt_rise` and `hilt_fall`, that do what the generated `eval` does at the edges of `clock` while no input
 * changes; undefined where the generated text does not show that it would be the same.
 *
 * `eval` works out what depends on inputs first, at every call, and a cycle takes two calls. If nothing but one trigger,
 * `clock & ~previous`, reads the clock, then the first part changes nothing, and at the falling edge all that happens is
 * that `previous` becomes 0. Left out, a cycle takes half to two thirds of the time.
 */
export function clockLoop(folder: string, clock: string): string | undefined {
  const files = readdirSync(folder).filter((name) => name.endsWith(".cpp") && !ASIDE.test(name));
  const text = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const functions = [...text.matchAll(FUNCTION)].map(([whole, name = "", body = ""]) => ({
    whole,
    name,
    body,
  }));
  const evaluation = functions.find(({ name }) => name === `${ROOT}___eval`);
  const triggers = functions.find(({ name }) => /___eval_triggers(?:_vec)?__act$/.test(name));
  const onEdge = withoutInputs(evaluation?.body ?? "");
  if (onEdge === undefined || triggers === undefined || !isRisingEdge(triggers.body, clock)) return undefined;
  const aside = functions.filter((one) => one === triggers || DEBUG.test(one.name));
  const running = aside.reduce((rest, { whole }) => rest.replace(whole, ""), text);
  if (new RegExp(`${SELF}${clock}\\b`).test(running)) return undefined;
  if (/VlClass|VlProcess|VlCoroutine|__Vm_threadPoolp/.test(running)) return undefined;
  if (functions.some(({ name, body }) => /___ico_/.test(name) && EFFECTS.test(body))) return undefined;
  return [
    `static void hilt_rise(${ROOT}* vlSelf) {${onEdge}}`,
    `static void hilt_fall(${ROOT}* vlSelf) { ${triggers.name}(vlSelf); }`,
    "",
  ].join("\n");
}

/** Verilator begins and ends a function at the start of a line. */
const FUNCTION = /^\w[^\n(]*?(\w+)\([^;{]*?\) \{\n([\s\S]*?)^\}/gm;

/** What assertions see of the time before the edge is taken first of all; a function does it in newer versions. */
const SAMPLE = new RegExp(String.raw`^ {4}${ROOT}___sample\(vlSelf\);\n`);
/** The loop over what depends on inputs, by its lines that stand at the left. */
const INPUT_LOOP =
  /^ {4}(?:\S*__Vico\w+ = \dU;|while \(__Vico\w+\) \{|do \{|\}(?: while \(\S*__Vico\w+\);)?)$/;

/** `eval` without its loop over what depends on inputs, which has to be all that stands before the other one. */
function withoutInputs(body: string): string | undefined {
  const [variables, statements, ...others] = body.split("// Body\n");
  if (variables === undefined || statements === undefined || others.length > 0) return undefined;
  const [before, onEdge, ...more] = statements.split(/^ {4}(?=__VnbaIterCount = 0U;)/m);
  if (before === undefined || onEdge === undefined || more.length > 0) return undefined;
  const [sample = ""] = SAMPLE.exec(before) ?? [];
  const left = before.slice(sample.length).match(/^ {4}\S.*$/gm) ?? [];
  if (!left.every((line) => INPUT_LOOP.test(line)) || /__Vico|_ico\b/.test(onEdge)) return undefined;
  return `\n${variables}${sample}${onEdge}`;
}

/** Everything of the clock is read for `clock & ~previous`, and to become `previous`. */
function isRisingEdge(body: string, clock: string): boolean {
  const text = body.replace(/\s+/g, " ");
  const [, previous] = new RegExp(`${SELF}(\\w+) = ${SELF}${clock};`).exec(text) ?? [];
  const edge = String.raw`\(IData\)\(${SELF}${clock}\) & \(~ \(IData\)\(${SELF}${previous}\)\)`;
  const rest = text
    .replace(new RegExp(edge, "g"), "")
    .replace(new RegExp(`${SELF}${previous} = ${SELF}${clock};`), "");
  return previous !== undefined && !new RegExp(`${SELF}(?:${clock}|${previous})\\b`).test(rest);
}
