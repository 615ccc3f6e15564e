/**
 * Makes the standalone server whole after `next build`: Next leaves the static files out of it, because a
 * content network could serve them; here the same process does.
 */
import { cp, stat } from 'node:fs/promises';
import path from 'node:path';

const frontend = path.join(import.meta.dirname, '..');
const server = path.join(frontend, '.next', 'standalone', 'frontend');

await stat(path.join(server, 'server.js'));
await cp(path.join(frontend, '.next', 'static'), path.join(server, '.next', 'static'), { recursive: true, force: true });
