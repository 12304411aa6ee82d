import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  KeepObject,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";

/** One call of a script; contexts, adapters and requests are named by number. */
export type Step =
  | { kind: "initialise"; context: number; adapter: number }
  | { kind: "allocate"; context: number; adapter: number; registers: number; now: boolean; action: number }
  | { kind: "list"; context: number; adapter: number; pages: number; now: boolean }
  | { kind: "cancel"; context: number; adapter: number }
  | { kind: "freeChannel"; adapter: number }
  | { kind: "freeObject"; adapter: number; action: number }
  | { kind: "freeRegisters" | "put"; pick: number };

interface Request {
  readonly id: number;
  readonly adapter: number;
  readonly context: number;
  readonly registers: number;
  /** What its routine returns; a list's channel is free when it has returned. */
  readonly action: number;
  readonly isList: boolean;
  place: "queue" | "line" | "owner" | "none";
  hasRegisters: boolean;
}

/**
 * The rules of channel, map registers and contexts as the state machine states them, told in the plainest way: after
 * each call, whoever may be granted is found by looking at everybody.
 */
export class ChannelModel {
  readonly granted: number[] = [];
  readonly cancelled = new Set<number>();
  findings = 0;
  free: number;
  readonly #most: number;
  readonly #contexts: { adapter: number; state: "idle" | "cancelled" | "live" | "done" }[] = [];
  #requests: Request[] = [];
  #count = 0;

  constructor(registers: number, most: number) {
    this.free = registers;
    this.#most = most;
  }

  /** Requests whose registers (or list) the driver may give back without the channel. */
  held(isList: boolean): Request[] {
    return this.#requests.filter(
      (one) => one.isList === isList && one.hasRegisters && (one.isList || one.place === "none"),
    );
  }

  run(step: Step): unknown {
    switch (step.kind) {
      case "initialise":
        return this.#initialise(step.context, step.adapter);
      case "allocate":
        return this.#request({ ...step, isList: false });
      case "list":
        return this.#request({
          ...step,
          registers: step.pages,
          action: DeallocateObjectKeepRegisters,
          isList: true,
        });
      case "cancel":
        return this.#cancel(step.context, step.adapter);
      case "freeChannel":
        return this.#freeChannel(step.adapter);
      case "freeObject":
        return this.#freeObject(step.adapter, step.action);
      default:
        return this.#giveBack(step.kind === "put", step.pick);
    }
  }

  #initialise(context: number, adapter: number): number {
    if (this.#contexts[context]?.state === "live") {
      this.findings++;
      return STATUS_INVALID_PARAMETER;
    }
    this.#contexts[context] = { adapter, state: "idle" };
    return STATUS_SUCCESS;
  }

  #request(asked: Omit<Request, "id" | "place" | "hasRegisters"> & { now: boolean }): number {
    const context = this.#contexts[asked.context];
    // A list that is too long is refused before anybody looks at who is waiting; the context comes first.
    if (context === undefined || context.adapter !== asked.adapter || context.state === "live") {
      this.findings++;
      return STATUS_INVALID_PARAMETER;
    }
    if (context.state === "cancelled") return STATUS_CANCELLED;
    if (asked.registers > this.#most) {
      if (!asked.isList) this.findings++;
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    const others = this.#requests;
    const isTaken = others.some(({ adapter, place }) => adapter === asked.adapter && place !== "none");
    const isAhead = others.some(({ place }) => place === "line");
    if (asked.now && (isTaken || isAhead || asked.registers > this.free))
      return STATUS_INSUFFICIENT_RESOURCES;
    context.state = "live";
    this.#requests.push({ ...asked, id: this.#count++, place: "queue", hasRegisters: false });
    this.#settle();
    return STATUS_SUCCESS;
  }

  #cancel(number: number, adapter: number): boolean {
    const context = this.#contexts[number];
    if (context === undefined || context.adapter !== adapter) {
      this.findings++;
      return false;
    }
    if (context.state === "done") return false;
    if (context.state === "live") {
      const request = this.#requests.find((one) => one.context === number) as Request;
      if (request.place !== "queue" && request.place !== "line") return false;
      this.cancelled.add(request.id);
      this.#requests = this.#requests.filter((one) => one !== request);
      context.state = "cancelled";
      this.#settle();
      return true;
    }
    context.state = "cancelled";
    return true;
  }

  #freeChannel(adapter: number): void {
    const owner = this.#requests.find((one) => one.adapter === adapter && one.place === "owner");
    if (owner === undefined) this.findings++;
    else this.#release(owner, DeallocateObject);
    this.#settle();
  }

  #freeObject(adapter: number, action: number): void {
    if (action === KeepObject) return;
    const owner = this.#requests.find((one) => one.adapter === adapter && one.place === "owner");
    if (owner !== undefined) this.#release(owner, action);
    else if (action === DeallocateObject) this.findings++;
    this.#settle();
  }

  #giveBack(isList: boolean, pick: number): void {
    const held = this.held(isList);
    const request = held[pick % held.length];
    if (request === undefined) return;
    this.#releaseRegisters(request);
    this.#settle();
  }

  #release(request: Request, action: number): void {
    if (action === KeepObject) return;
    request.place = "none";
    if (action === DeallocateObject) this.#releaseRegisters(request);
    this.#end(request);
  }

  #releaseRegisters(request: Request): void {
    if (request.hasRegisters) this.free += request.registers;
    request.hasRegisters = false;
    this.#end(request);
  }

  #end(request: Request): void {
    if (request.place !== "none" || request.hasRegisters) return;
    this.#requests = this.#requests.filter((one) => one !== request);
    const context = this.#contexts[request.context];
    if (context !== undefined) context.state = "done";
  }

  /** The first of each adapter's queue steps into the line, in the order in which channels became free. */
  #settle(): void {
    for (;;) {
      for (const request of this.#requests) {
        if (request.place !== "queue") continue;
        const isFirst = !this.#requests.some(
          (one) =>
            one !== request &&
            one.adapter === request.adapter &&
            (one.place === "line" || one.place === "owner"),
        );
        if (isFirst) this.#stepIn(request);
      }
      const head = this.#requests.find(({ place }) => place === "line");
      if (head === undefined || head.registers > this.free) return;
      this.free -= head.registers;
      head.hasRegisters = head.registers > 0;
      head.place = "owner";
      this.granted.push(head.id);
      this.#release(head, head.action);
    }
  }

  /** Behind everybody who is in the line. */
  #stepIn(request: Request): void {
    request.place = "line";
    this.#requests = [...this.#requests.filter((one) => one !== request), request];
  }
}
