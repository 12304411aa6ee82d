import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  KeepObject,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { Held, Place, Step } from "./channel-steps.ts";

type PlainStep = Exclude<Step, { kind: "reset" }>;

interface Request {
  readonly id: number;
  readonly adapter: number;
  readonly context: number;
  readonly registers: number;
  /** What its routine returns; a list's channel is free when it has returned. */
  readonly action: number;
  readonly isList: boolean;
  readonly inside: Place | undefined;
  place: "queue" | "line" | "owner" | "none";
  hasRegisters: boolean;
  isMapped: boolean;
}

type Asked = Pick<Request, "adapter" | "context" | "registers" | "action" | "isList" | "inside"> & {
  readonly now: boolean;
};

/**
 * The rules of channel, map registers and contexts as the state machine states them, told in the plainest way: after
 * each call, whoever may be granted is found by looking at everybody.
 */
export class ChannelModel {
  readonly granted: number[] = [];
  /** What the routines' own calls returned. */
  readonly inside: boolean[] = [];
  readonly cancelled = new Set<number>();
  findings = 0;
  free: number;
  readonly #most: number;
  readonly #contexts: { adapter: number; state: "idle" | "cancelled" | "live" | "done" }[] = [];
  #requests: Request[] = [];
  #count = 0;
  #isGranting = false;

  constructor(registers: number, most: number) {
    this.free = registers;
    this.#most = most;
  }

  /** The request that a number means for `kind`. */
  choose(kind: Held, pick: number): Readonly<Request> | undefined {
    const held = this.#held(kind);
    return held[pick % held.length];
  }

  #held(kind: Held): Request[] {
    const all = this.#requests.filter((one) => one.hasRegisters && one.isList === (kind === "put"));
    const found = kind === "freeRegisters" ? all.filter(({ place }) => place === "none") : all;
    return found.sort((a, b) => a.id - b.id);
  }

  /** Requests whose buffer the device reaches. */
  get mapped(): number[] {
    return this.#requests.filter(({ isMapped }) => isMapped).map(({ id }) => id);
  }

  contextsOf(adapter: number): number[] {
    return [...this.#contexts.keys()].filter((context) => this.#contexts[context]?.adapter === adapter);
  }

  /** The next step of a driver that ends everything it has with an adapter: what waits first. */
  nextToEnd(adapter: number): PlainStep | undefined {
    const own = this.#requests.filter((one) => one.adapter === adapter);
    const waiting = own.find(({ place }) => place === "queue" || place === "line");
    if (waiting !== undefined) return { kind: "cancel", context: waiting.context, adapter };
    const [first] = own;
    if (first === undefined) return undefined;
    const use = (kind: Held): PlainStep => ({ kind, pick: this.#held(kind).indexOf(first) });
    if (first.isList && first.hasRegisters) return use("put");
    if (first.isMapped) return use("flush");
    if (first.place === "none") return use("freeRegisters");
    return { kind: "freeObject", adapter, action: DeallocateObject };
  }

  run(step: PlainStep): unknown {
    switch (step.kind) {
      case "initialise":
        return this.#initialise(step.context, step.adapter);
      case "allocate":
        return this.#request({ ...step, isList: false });
      case "list":
        return this.#request({
          ...step,
          registers: step.pages,
          action: step.keeps ? KeepObject : DeallocateObjectKeepRegisters,
          isList: true,
        });
      case "cancel":
        return this.#cancel(step);
      case "freeChannel":
        return this.#freeChannel(step.adapter);
      case "freeObject":
        return this.#freeObject(step.adapter, step.action);
      default:
        return this.#use(step.kind, step.pick);
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

  #request({ now, ...asked }: Asked): number {
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
    if (now && (isTaken || isAhead || asked.registers > this.free)) return STATUS_INSUFFICIENT_RESOURCES;
    context.state = "live";
    const id = this.#count++;
    this.#requests.push({ ...asked, id, place: "queue", hasRegisters: false, isMapped: false });
    this.#settle();
    return STATUS_SUCCESS;
  }

  #cancel({ context: number, adapter }: Place): boolean {
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
    const owner = this.#ownerOf(adapter);
    if (owner === undefined || owner.isList) this.findings++;
    else this.#release(owner, DeallocateObject);
    this.#settle();
  }

  #freeObject(adapter: number, action: number): void {
    if (action === KeepObject) return;
    const owner = this.#ownerOf(adapter);
    if (owner !== undefined) this.#release(owner, action);
    else if (action === DeallocateObject) this.findings++;
    this.#settle();
  }

  #ownerOf(adapter: number): Request | undefined {
    return this.#requests.find((one) => one.adapter === adapter && one.place === "owner");
  }

  #use(kind: Held, pick: number): unknown {
    const request = this.choose(kind, pick) as Request | undefined;
    if (request === undefined) return undefined;
    if (kind === "map" || kind === "flush") {
      const isRight = request.isMapped === (kind === "flush");
      if (!isRight) this.findings++;
      else request.isMapped = kind === "map";
      return isRight ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    }
    this.#releaseRegisters(request);
    this.#settle();
    return undefined;
  }

  #release(request: Request, action: number): void {
    if (action === KeepObject) return;
    request.place = "none";
    if (action === DeallocateObject) this.#releaseRegisters(request);
    this.#end(request);
  }

  #releaseRegisters(request: Request): void {
    // A list is its mapping; other registers are flushed before.
    if (request.isMapped && !request.isList) this.findings++;
    request.isMapped = false;
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

  /** Who is at the head of the line gets its registers, again and again; never from inside a routine. */
  #settle(): void {
    this.#stepForward();
    if (this.#isGranting) return;
    this.#isGranting = true;
    for (let head = this.#head(); head !== undefined && head.registers <= this.free; head = this.#head()) {
      this.#grant(head);
      this.#stepForward();
    }
    this.#isGranting = false;
  }

  #head(): Request | undefined {
    return this.#requests.find(({ place }) => place === "line");
  }

  #grant(request: Request): void {
    this.free -= request.registers;
    request.hasRegisters = request.registers > 0;
    request.isMapped = request.isList;
    request.place = "owner";
    this.granted.push(request.id);
    if (request.inside !== undefined) this.inside.push(this.#cancel(request.inside));
    this.#release(request, request.action);
  }

  /** The first of each adapter's queue steps into the line, behind everybody, as soon as the channel is free. */
  #stepForward(): void {
    for (const request of this.#requests) {
      if (request.place !== "queue") continue;
      const isFree = !this.#requests.some(
        ({ adapter, place }) => adapter === request.adapter && (place === "line" || place === "owner"),
      );
      if (!isFree) continue;
      request.place = "line";
      this.#requests = [...this.#requests.filter((one) => one !== request), request];
    }
  }
}
