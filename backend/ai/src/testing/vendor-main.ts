import { aVendor } from './vendor.ts';

/** The stand-in as a process, for stories in a browser: `node vendor-main.ts 8199`. */
await aVendor({ port: Number(process.argv[2] ?? 0) });
