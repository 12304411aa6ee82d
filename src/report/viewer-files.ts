import type { SignalGroup } from "../bus/wave-record.ts";

/** What a viewer is to show of a file of waves; times are in the file's unit. */
export interface WaveView {
  /** Absolute path of the file. */
  readonly file: string;
  readonly groups: readonly SignalGroup[];
  /** Of transactions, in order of time. */
  readonly markers: readonly WaveMarker[];
  /** Where to look first. */
  readonly focus: number;
}

export interface WaveMarker {
  readonly time: number;
  /** One or two words: GTKWave writes them side by side. */
  readonly short: string;
  readonly label: string;
}

/** GTKWave names its markers from A to Z. */
const GTKWAVE_MARKERS = 26;
const SURFER_MARKERS = 60;
/** As a power of two: units of time between two lines of the grid, which is 200 pixels. */
const ZOOM = 7;
/** Lines of the grid to the left of the focus. */
const FOCUS_LINES = 3;
/** Flags of a trace in GTKWave (analyzer.h): radix, to the right; begin and end of a group. */
const FLAGS = {
  hexadecimal: "@22",
  decimal: "@24",
  binary: "@28",
  groupBegin: "@800200",
  groupEnd: "@1000200",
} as const;

/** A save file of GTKWave (its savefile.c). */
export function gtkwaveSave({ file, groups, markers, focus }: WaveView): string {
  const chosen = nearest(markers, focus, GTKWAVE_MARKERS);
  const times = Array.from({ length: GTKWAVE_MARKERS }, (_, index) => chosen[index]?.time ?? -1);
  const traces = groups.flatMap(({ name, signals }) => [
    FLAGS.groupBegin,
    `-${name}`,
    ...signals.flatMap(({ path, width, range, isCount }) => [
      width === 1 ? FLAGS.binary : isCount === true ? FLAGS.decimal : FLAGS.hexadecimal,
      `${path}${range}`,
    ]),
    FLAGS.groupEnd,
    `-${name}`,
  ]);
  const lines = [
    "[*]",
    "[*] Written by hilt. The cursor is where the test failed or ended; markers are what crossed the link nearest to it.",
    `[dumpfile] "${file}"`,
    `[savefile] "${beside(file, ".gtkw")}"`,
    `[timestart] ${Math.max(0, focus - 2 ** ZOOM * FOCUS_LINES)}`,
    "[size] 1500 950",
    `*-${ZOOM.toFixed(6)} ${focus} ${times.join(" ")}`,
    ...chosen.map(({ short }, index) => `[markername] ${String.fromCharCode(65 + index)}${short}`),
    "[sst_width] 200",
    "[signals_width] 300",
    "[sst_expanded] 1",
    ...traces,
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * A command file of Surfer, from version 0.4.0 on. A `#` begins a comment and a `;` ends a command; the name of a divider
 * is one word, that of a marker has no spaces.
 */
export function surferCommands({ groups, markers, focus }: WaveView): string {
  const word = (text: string): string => text.replace(/\W+/g, "_");
  const lines = [
    "# Written by hilt, for: surfer FILE --command-file THIS",
    ...groups.flatMap(({ name, signals }) => [
      `divider_add ${word(name)}`,
      ...signals.map(({ path }) => `variable_add ${path}`),
    ]),
    "divider_add transactions",
    ...nearest(markers, focus, SURFER_MARKERS).map(
      ({ time, label }, index) => `marker_set ${index + 1}:${label.replace(/[\s;#]+/g, "_")} ${time}`,
    ),
    `cursor_set ${focus}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The path of a file that belongs to a file of waves. */
export function beside(file: string, ending: ".gtkw" | ".sucl"): string {
  return file.replace(/\.\w+$/, ending);
}

function nearest(markers: readonly WaveMarker[], focus: number, most: number): WaveMarker[] {
  const distance = ({ time }: WaveMarker): number => Math.abs(time - focus);
  return [...markers]
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most)
    .sort((a, b) => a.time - b.time);
}
