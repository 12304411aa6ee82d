import { ConfigError } from "./errors.ts";

/** A value of a configuration with the path that leads to it, so that every complaint can name its place. */
export class Reader {
  readonly value: unknown;
  readonly #file: string;
  readonly #path: string;

  constructor(file: string, value: unknown, path = "") {
    this.value = value;
    this.#file = file;
    this.#path = path;
  }

  fail(what: string): never {
    throw new ConfigError(this.#file, this.#path, what);
  }

  /** The members of an object that may have no other keys than `keys`; the ones that are absent read `undefined`. */
  members<K extends string>(keys: readonly K[]): Record<K, Reader> {
    const entries = this.entries();
    for (const [key, member] of entries) {
      if (!(keys as readonly string[]).includes(key))
        member.fail(`no such key; there are ${keys.join(", ")}`);
    }
    const found = new Map(entries);
    const members = keys.map((key) => [key, found.get(key) ?? this.#at(key, undefined)] as const);
    return Object.fromEntries(members) as Record<K, Reader>;
  }

  entries(): [string, Reader][] {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.#expected("an object");
    return Object.entries(value as object).map(([key, member]) => [key, this.#at(key, member)]);
  }

  list(): Reader[] {
    if (!Array.isArray(this.value)) this.#expected("a list");
    return (this.value as unknown[]).map((item, index) => this.#at(String(index), item));
  }

  string(): string {
    if (typeof this.value !== "string" || this.value === "") this.#expected("a text");
    return this.value as string;
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const choice = choices.find((each) => each === this.value);
    return choice ?? this.#expected(choices.map((each) => JSON.stringify(each)).join(" or "));
  }

  number(min: number, max: number): number {
    const { value } = this;
    if (typeof value !== "number" || !(value >= min && value <= max))
      this.#expected(`a number from ${min} to ${max}`);
    return value as number;
  }

  integer(min: number, max: number): number {
    if (!Number.isInteger(this.value)) this.#expected(`a whole number from ${min} to ${max}`);
    return this.number(min, max);
  }

  #at(key: string, value: unknown): Reader {
    return new Reader(this.#file, value, this.#path === "" ? key : `${this.#path}.${key}`);
  }

  #expected(what: string): never {
    return this.fail(`expected ${what}, found ${describe(this.value)}`);
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
