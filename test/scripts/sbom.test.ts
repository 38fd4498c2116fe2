import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as unknown;

test('the bill of materials names what runs, in the version of the lockfile', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const { bomFormat, components } = JSON.parse(stdout) as {
    bomFormat: string;
    components: { purl: string; properties: { name: string }[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const isMarked = new Map(
    components.map(({ purl, properties }) => [purl, properties.some(({ name }) => name === 'cdx:npm:package:development')]),
  );
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> };
  const { packages } = read('package-lock.json') as { packages: Record<string, { version: string }> };
  const purlOf = (name: string) => `pkg:npm/${name.replace('@', '%40')}@${packages[`node_modules/${name}`]?.version}`;
  expect(Object.keys(dependencies).filter((name) => isMarked.get(purlOf(name)) !== false)).toEqual([]);
  expect(isMarked.get(purlOf('jest'))).toBe(true); // what only tests need is in no deployment
});
