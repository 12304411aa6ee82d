/** Reports to the host: a line for each check, by its name, on the serial port. */
export async function check(name: string, run: () => Promise<void> | void): Promise<void> {
  try {
    await run();
    console.log(`ok: ${name}`);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.log(`not ok: ${name}: ${text.replaceAll("\n", " | ")}`);
  }
}

/** What the guest prints to have our controller pulled out of its slot. */
export const PULL = "please: pull the controller";

export function report(what: string): void {
  console.log(`note: ${what}`);
}

/** What `run` throws. */
export async function thrown(run: () => unknown): Promise<Error & { code?: string }> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
