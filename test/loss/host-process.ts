/** A host that may be killed: `hostLife` in a process of its own. */
import { hostLife, type LifeOptions } from "./host-life.ts";

const options = JSON.parse(process.argv[2] as string) as LifeOptions;
const tell = (message: object) => new Promise((resolve) => process.send?.(message, resolve));

const ended = await hostLife(options, (progress) => void tell({ progress }));
await tell({ ended });
process.disconnect();
