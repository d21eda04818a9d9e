// The import arrows of the page: base ← widgets ← features ← app. Features never import each other.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'src');
const SHARED = { base: ['base'], widgets: ['base', 'widgets'] };
const IMPORT = /(?:from\s+|import\s*\(\s*|import\s+)['"](\.[^'"]*)['"]/g;

function allowed(room) {
  if (room === 'app') return null;
  return SHARED[room] ?? ['base', 'widgets', room];
}

const faults = [];
for (const entry of readdirSync(SOURCE, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const room = relative(SOURCE, file).split(sep)[0];
  const rooms = allowed(room);
  if (rooms === null) continue;
  for (const [, target] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const other = relative(SOURCE, resolve(dirname(file), target)).split(sep)[0];
    if (!rooms.includes(other))
      faults.push(`web/src/${relative(SOURCE, file)}: ${room} must not import ${target}`);
  }
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length > 0 ? 1 : 0);
