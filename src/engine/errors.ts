import { type Blame, HiltError } from "../core/errors.ts";

/** The sources cannot become a model: a tool refused them, or hilt did. */
export class BuildError extends HiltError {
  readonly code = "E_BUILD";
  readonly blame: Blame = "product";
  /** Source file and line, such as `rtl/dma/dma.v:12`, where known. */
  readonly place: string | undefined;

  constructor(message: string, place?: string, options?: ErrorOptions & { readonly tool?: string }) {
    super(place === undefined ? message : `${place}: ${message}`, options);
    this.place = place;
  }
}

/** A tool asked for files that are not there, or that nothing in the sources names. */
export class MissingFileError extends BuildError {
  readonly names: readonly string[];

  constructor(
    message: string,
    names: readonly string[],
    place?: string,
    options?: ErrorOptions & { readonly tool?: string },
  ) {
    super(message, place, options);
    this.names = names;
  }
}

/** Ports of the instance `ModelSource.instance` that have another width than what is connected to them. */
export class PortWidthError extends BuildError {
  readonly misfits: readonly PortMisfit[];

  constructor(instance: string, misfits: readonly PortMisfit[]) {
    const [{ port, bits, connected } = { port: "", bits: 0, connected: 0 }] = misfits;
    super(`port ${port} of ${instance} has ${bits} bits, connected are ${connected}`);
    this.misfits = misfits;
  }
}

export interface PortMisfit {
  readonly port: string;
  readonly bits: number;
  readonly connected: number;
}

/** What is not Verilog, and what Verilator 5.006 does not take either. */
const NOWHERE = new RegExp(
  [
    /^(?:primitive|fork|wait|config|covergroup|deassign|trireg|r?cmos|rnmos|rpmos|r?tran(?:if[01])?)$/.source,
    /^an indexed part of 0 bits|^a replication by 0|^a loop that never ends|^a part whose sides|^a bit or a part of what/
      .source,
  ].join("|"),
);

/** The sources use a construct that the built-in engine does not take; Verilator may. */
export class UnsupportedConstructError extends HiltError {
  readonly code = "E_UNSUPPORTED_CONSTRUCT";
  readonly blame: Blame = "usage";
  readonly construct: string;
  readonly place: string;

  constructor(construct: string, place: string) {
    const remedy = NOWHERE.test(construct) ? "" : '; a target with the engine "verilator" may';
    super(`${place}: the built-in engine does not take ${construct}${remedy}`);
    this.construct = construct;
    this.place = place;
  }
}

/** A program that the engine needs did not run or did not end. */
export class ToolError extends HiltError {
  readonly code = "E_TOOL";
  readonly blame: Blame = "environment";
}

/** A program that works for the engine took more CPU time than it may. */
export class ToolLimitError extends HiltError {
  readonly code = "E_TOOL_LIMIT";
  readonly blame: Blame = "environment";
  readonly limitSeconds: number;

  constructor(name: string, limitSeconds: number, work: string) {
    super(`${name} took more than ${limitSeconds} s of CPU time with ${work}`);
    this.limitSeconds = limitSeconds;
  }
}

/** A program that the engine needs was ended because this process is to end: nothing has been built. */
export class InterruptedError extends HiltError {
  readonly code = "E_INTERRUPTED";
  readonly blame: Blame = "interrupted";

  constructor(tool: string) {
    super(`interrupted while ${tool} built the model`);
  }
}

/** The design goes on changing without an edge of its clock: a loop through clocks, latches or resets. */
export class UnsettledError extends HiltError {
  readonly code = "E_UNSETTLED";
  readonly blame: Blame = "product";
  readonly cycle: number;

  constructor(cycle: number) {
    super(`the design never comes to rest in cycle ${cycle}: a loop through clocks, latches or resets`);
    this.cycle = cycle;
  }
}

/** A built model cannot be kept. */
export class CacheError extends HiltError {
  readonly code = "E_CACHE";
  readonly blame: Blame = "environment";

  constructor(directory: string, cause: Error) {
    super(`a built model cannot be kept in ${directory}: ${cause.message}`, { cause });
  }
}

/** The design has no signal of this name or pattern. */
export class NoSignalError extends HiltError {
  readonly code = "E_NO_SIGNAL";
  readonly blame: Blame = "usage";

  constructor(pattern: string) {
    super(`the design has no signal ${pattern}`);
  }
}
