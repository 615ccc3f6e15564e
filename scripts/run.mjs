// Runs a TypeScript program of bench/ on the Node that Cowrite runs on, after preparing what is missing.
import { join } from 'node:path';
import { prepareBuild, prepareNode, preparePackages, prepareRedis, root, runAttached } from './prepare.mjs';

const [program, ...args] = process.argv.slice(2);
const node = await prepareNode();
await preparePackages(node);
await prepareBuild(node);
process.exitCode = await runAttached(node, ['--disable-warning=ExperimentalWarning', join(root, program), ...args], { COWRITE_REDIS_SERVER: prepareRedis() ?? '' });
