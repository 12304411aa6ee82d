/** An edit of a file of `src/links/uart`, and the rule that must notice, by the beginning of its name. */
export interface Mutant {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly killer: string;
}

export const polledPortMutants: readonly Mutant[] = [
  {
    name: "nothing is watched from the start",
    from: "    this.#watch();\n  }\n\n  write",
    to: "  }\n\n  write",
    killer: "what comes is heard, one",
  },
  {
    name: "nothing is watched after the first event",
    from: "if (!this.#isGone) this.#watch();",
    to: "",
    killer: "what comes is heard, one",
  },
  {
    name: "a write that finds no room does not ask for it",
    from: "if (this.#rest.length > 0) this.#watch();",
    to: "",
    killer: "what the port has no room for",
  },
  {
    name: "room is never asked for",
    from: "READABLE | WRITABLE : READABLE",
    to: "READABLE : READABLE",
    killer: "what the port has no room for",
  },
  {
    name: "room is always asked for",
    from: "this.#rest.length > 0 ? READABLE | WRITABLE : READABLE",
    to: "READABLE | WRITABLE",
    killer: "room is asked for only",
  },
  {
    name: "nothing is heard while something waits for room",
    from: "READABLE | WRITABLE : READABLE",
    to: "WRITABLE : READABLE",
    killer: "what comes is heard while",
  },
  {
    name: "what there is no room for is dropped",
    from: "        this.#rest[0] = bytes.subarray(count);\n        return;",
    to: "        this.#rest.shift();\n        return;",
    killer: "what the port has no room for",
  },
  {
    name: "what there is no room for goes out with what went before",
    from: "bytes.subarray(count)",
    to: "bytes",
    killer: "what the port has no room for",
  },
  {
    name: "a piece is written again and again",
    from: "      this.#rest.shift();\n    }",
    to: "      if (Math.random() < 0.1) this.#rest.shift();\n    }",
    killer: "what the port has no room for",
  },
  {
    name: "all is written at once",
    from: "if (this.#rest.length === 0) return Promise.resolve();",
    to: "return Promise.resolve();",
    killer: "it says when",
  },
  {
    name: "nothing reports that all is written",
    from: "      this.#rest.shift();\n    }\n    this.#onWritten?.();",
    to: "      this.#rest.shift();\n    }",
    killer: "it says when",
  },
  {
    name: "whoever waits for a port that was stopped waits for good",
    from: "    this.#rest = [];\n    this.#onWritten?.();",
    to: "    this.#rest = [];",
    killer: "once it is stopped",
  },
  {
    name: "a port that was stopped keeps what was not written",
    from: "    this.#rest = [];\n    this.#onWritten",
    to: "    this.#onWritten",
    killer: "once it is stopped",
  },
  {
    name: "a port that was stopped goes on",
    from: "    this.#isGone = true;",
    to: "",
    killer: "once it is stopped",
  },
  {
    name: "a port that was stopped writes",
    from: "  write(bytes: Uint8Array): void {\n    if (this.#isGone) return;",
    to: "  write(bytes: Uint8Array): void {",
    killer: "once it is stopped",
  },
  {
    name: "a port that was stopped reads",
    from: "act: () => void): void {\n    if (this.#isGone) return;",
    to: "act: () => void): void {",
    killer: "once it is stopped",
  },
  {
    name: "a call that finds nothing ends the port",
    from: 'code !== "EAGAIN" && code !== "EINTR"',
    to: 'code !== "EINTR"',
    killer: "a system call that ends with EAGAIN",
  },
  {
    name: "a call that a signal has ended ends the port",
    from: 'code !== "EAGAIN" && code !== "EINTR"',
    to: 'code !== "EAGAIN"',
    killer: "a system call that ends with EINTR",
  },
  {
    name: "a read that fails is taken for one that finds nothing",
    from: 'if (code !== "EAGAIN" && code !== "EINTR") setImmediate',
    to: "if (false) setImmediate",
    killer: "a read that fails",
  },
  {
    name: "whoever writes finds the port gone",
    from: "setImmediate(() => this.#gone((error as Error).message));",
    to: "this.#gone((error as Error).message);",
    killer: "a write that fails",
  },
  {
    name: "the end of what there is is nothing",
    from: 'if (count === 0) this.#gone("the port has ended");',
    to: "if (count === 0) {}",
    killer: "a read that finds the end",
  },
  {
    name: "a port that hangs up is read",
    from: 'this.#gone("it has hung up");\n      return;',
    to: "",
    killer: "a port whose other end has gone",
  },
  {
    name: "a port that hangs up is not reported",
    from: 'this.#gone("it has hung up");',
    to: "this.stop();",
    killer: "a port whose other end has gone",
  },
  {
    name: "it is reported again that a port has gone",
    from: "#gone(why: string): void {\n    if (this.#isGone) return;",
    to: "#gone(why: string): void {",
    killer: "a read and a write that fail",
  },
  {
    name: "a port that has gone goes on",
    from: "    this.stop();\n    this.#options.onGone(why);",
    to: "    this.#options.onGone(why);",
    killer: "a read that fails",
  },
  {
    name: "an error in what receives is nobody's",
    from: "      setImmediate(() => {\n        throw thrown;\n      });",
    to: "",
    killer: "an error in what receives",
  },
  {
    name: "after an error in what receives the next bytes are heard",
    from: "      this.stop();\n      setImmediate",
    to: "      setImmediate",
    killer: "an error in what receives",
  },
];

export const serialLineMutants: readonly Mutant[] = [
  {
    name: "what is left is not written before it closes",
    from: "    await Promise.race([this.#polled.written(), sleep(CLOSING_MS, undefined, { ref: false })]);",
    to: "",
    killer: "what was written before it is closed",
  },
  {
    name: "what is left is written, however long that takes",
    from: "await Promise.race([this.#polled.written(), sleep(CLOSING_MS, undefined, { ref: false })]);",
    to: "await this.#polled.written();",
    killer: "it closes though nobody takes",
  },
  {
    name: "a line that was closed has the port still",
    from: "    this.#polled.stop();\n    await this.#closePort();",
    to: "    this.#polled.stop();",
    killer: "what was written before it is closed",
  },
  {
    name: "a port that has gone is not closed",
    from: "    void this.#closePort();",
    to: "",
    killer: "a port whose other end has gone",
  },
  {
    name: "an end that goes while the line closes is reported",
    from: "  #gone(why: string): void {\n    if (this.#isClosing) return;",
    to: "  #gone(why: string): void {",
    killer: "an end that goes while it closes",
  },
  {
    name: "nobody hears that the port has gone",
    from: "this.#options.onGone(why);",
    to: "",
    killer: "a port whose other end has gone",
  },
  {
    name: "the name of the port is not looked at",
    from: "if (deviceAt(options.path) !== device) this.#gone",
    to: "if (false) this.#gone",
    killer: "a line ends when the name of its port has gone",
  },
  {
    name: "a device of the same name is the same",
    from: "const { rdev, ino } = statSync(real);",
    to: "const { rdev, ino } = { rdev: 0, ino: statSync.length };",
    killer: "a line ends when the name of its port has another device of the same name",
  },
  {
    name: "a port that has gone is looked for still",
    from: "    clearInterval(this.#watch);\n    this.#polled.stop();\n    void this.#closePort();\n    this.#options.onGone(why);",
    to: "    this.#polled.stop();\n    void this.#closePort();\n    this.#isClosing = false;\n    this.#options.onGone(why);",
    killer: "a line ends when the name of its port has gone",
  },
  {
    name: "closing drops DTR",
    from: "hupcl: false",
    to: "hupcl: true",
    killer: "closing does not drop DTR",
  },
  {
    name: "a port may be somebody else's",
    from: "lock: true",
    to: "lock: false",
    killer: "a port that somebody else has",
  },
  {
    name: "a port that is locked is not tried again",
    from: "if (isLocked(error) && performance.now() - start < LOCKED_MS) continue;",
    to: "",
    killer: "a port that somebody else has",
  },
  {
    name: "a port that is locked is tried for good",
    from: "if (isLocked(error) && performance.now() - start < LOCKED_MS) continue;",
    to: "if (isLocked(error)) continue;",
    killer: "a port that somebody else has",
  },
  {
    name: "a port that is not there is any error",
    from: "if (/no such file/i.test(message)) {",
    to: "if (false) {",
    killer: "a port that is not there",
  },
];
