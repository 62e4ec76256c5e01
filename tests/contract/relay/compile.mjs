// Runs the Relay compiler over the operations of the app, against the committed schema.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const source = (file) => fileURLToPath(new URL(file, import.meta.url));

/**
 * What the compiler makes of `app.js`: `artifacts` by name, and, where `persist` asks for it,
 * `manifest`, the path of the file of texts by their MD5, with `texts`, what stands in it.
 */
export async function compile({ persist = false } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-relay-'));
  const manifest = path.join(folder, 'persisted.json');
  await Promise.all(['src', 'artifacts'].map((name) => mkdir(path.join(folder, name))));
  await copyFile(source('app.js'), path.join(folder, 'src', 'app.js'));
  await copyFile(source('../../../schema/schema.graphql'), path.join(folder, 'schema.graphql'));
  await writeFile(manifest, '{}');
  const config = {
    src: 'src',
    schema: 'schema.graphql',
    artifactDirectory: 'artifacts',
    language: 'javascript',
    eagerEsModules: false,
    ...(persist && { persistConfig: { file: 'persisted.json', algorithm: 'MD5' } }),
  };
  await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiler = require.resolve('relay-compiler/cli.js');
  await promisify(execFile)(process.execPath, [compiler, '--noWatchman'], { cwd: folder });
  const artifacts = {};
  for (const file of await readdir(path.join(folder, 'artifacts'))) {
    artifacts[file.replace('.graphql.js', '')] = require(path.join(folder, 'artifacts', file));
  }
  const texts = JSON.parse(await readFile(manifest, 'utf8'));
  return { artifacts, manifest, texts, remove: () => rm(folder, { recursive: true, force: true }) };
}
