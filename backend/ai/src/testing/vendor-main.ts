import { aVendor } from './vendor.ts';

/** The stand-in as a process, for stories in a browser: `node backend/ai/src/testing/vendor-main.ts 8199`. It says its address when it listens. */
const { url } = await aVendor({ port: Number(process.argv[2] ?? 0) });
process.stderr.write(`${url}\n`);
