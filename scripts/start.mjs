// `npm start`: prepares what is missing, then hands over to the launcher (scripts/launch.ts, built).
import { join } from 'node:path';
import { prepareBuild, prepareNode, preparePackages, root, runAttached, say } from './prepare.mjs';

const started = Date.now();
process.stdout.write(say('Cowrite를 시작합니다.\n', 'Starting Cowrite.\n'));
const node = await prepareNode();
await preparePackages(node);
await prepareBuild(node);
process.exitCode = await runAttached(node, [join(root, '.build/launch.mjs')], { COWRITE_ROOT: root, COWRITE_STARTED: String(started) });
