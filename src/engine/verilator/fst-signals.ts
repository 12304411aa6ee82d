import { gunzipSync } from "node:zlib";
import type { RecordedSignal } from "../engine.ts";

/** Blocks of an FST file that hold the hierarchy, by type: packed with gzip, with LZ4, with LZ4 twice. */
const HIERARCHY = { gzip: 4, lz4: 6, lz4Twice: 7 } as const;
/** Tags in the hierarchy; what is below is a variable. */
const TAG = { attributeBegin: 252, attributeEnd: 253, scope: 254, upscope: 255 } as const;

/** The variables of an FST file that is closed. The format is that of GTKWave's fstapi.c, which Verilator has built in. */
export function fstSignals(file: Buffer): RecordedSignal[] {
  // A block is its type, a length that counts itself, and so many bytes less the 8 of the length.
  for (let at = 0; at + 9 <= file.length; ) {
    const type = file.readUInt8(at);
    const length = Number(file.readBigUInt64BE(at + 1));
    if (length < 8) break;
    const hierarchy = unpacked(type, file.subarray(at + 9, at + 1 + length));
    if (hierarchy !== undefined) return variablesOf(hierarchy);
    at += 1 + length;
  }
  return [];
}

function unpacked(type: number, block: Buffer): Buffer | undefined {
  if (type === HIERARCHY.gzip) return gunzipSync(block.subarray(8));
  if (type !== HIERARCHY.lz4 && type !== HIERARCHY.lz4Twice) return undefined;
  const length = Number(block.readBigUInt64BE(0));
  if (type === HIERARCHY.lz4) return lz4(block.subarray(8), length);
  return lz4(lz4(block.subarray(16), Number(block.readBigUInt64BE(8))), length);
}

function variablesOf(hierarchy: Buffer): RecordedSignal[] {
  const scopes: string[] = [];
  const variables: RecordedSignal[] = [];
  let at = 0;
  const text = (): string => {
    const end = hierarchy.indexOf(0, at);
    const found = hierarchy.toString("utf8", at, end);
    at = end + 1;
    return found;
  };
  /** In 7 bits each byte, the lowest first. */
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = hierarchy[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < hierarchy.length) {
    const tag = hierarchy[at++] as number;
    if (tag === TAG.upscope) scopes.pop();
    else if (tag === TAG.scope) {
      at += 1;
      scopes.push(text());
      text();
    } else if (tag === TAG.attributeBegin) {
      at += 2;
      text();
      number();
    } else if (tag !== TAG.attributeEnd) {
      at += 1;
      const [, name = "", range = ""] = /^(.*?) ?((?:\[-?\d+:-?\d+\])?)$/.exec(text()) ?? [];
      const width = number();
      number();
      variables.push({ path: [...scopes, name].join("."), width, range });
    }
  }
  return variables;
}

/** A block in the format of LZ4: literals and copies of what came before, in turn. */
function lz4(block: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  let from = 0;
  let to = 0;
  const lengthFrom = (start: number): number => {
    let total = start;
    if (start !== 15) return total;
    for (let more = 255; more === 255; total += more) more = block[from++] as number;
    return total;
  };
  while (from < block.length) {
    const token = block[from++] as number;
    const literals = lengthFrom(token >> 4);
    block.copy(out, to, from, from + literals);
    from += literals;
    to += literals;
    if (from >= block.length) break;
    const distance = block.readUInt16LE(from);
    from += 2;
    // It may overlap what it makes.
    for (let left = lengthFrom(token & 15) + 4; left > 0; left--, to++)
      out[to] = out[to - distance] as number;
  }
  return out;
}
