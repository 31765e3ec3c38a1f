import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The package as `npm pack` makes it in a clone where nothing was built. */
export interface PackedPackage extends AsyncDisposable {
  /** Names of the packed files, from the package's folder. */
  readonly files: readonly string[];
  /** Where it is installed, beside the packages that it names and no others, as pnpm does. */
  readonly folder: string;
  /**
   * Makes a project that has it, and of other packages only the named ones: what it did not ask for it cannot import.
   * @returns its folder
   */
  project(packages: readonly string[]): Promise<string>;
}

/** Packs the sources as they are. */
export async function packPackage(): Promise<PackedPackage> {
  const root = await mkdtemp(path.join(tmpdir(), 'temporal-sinch-packed-'));
  const dispose = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    const clone = path.join(root, 'clone');
    const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
    });
    for (const file of stdout.split('\0').filter((name) => name !== '')) {
      // One that was deleted and not committed yet.
      await cp(path.join(ROOT, file), path.join(clone, file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    await symlink(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'), 'junction');
    await run('npm', ['pack', '--pack-destination', root], { cwd: clone });
    const [tarball = ''] = (await readdir(root)).filter((name) => name.endsWith('.tgz'));
    const { stdout: listed } = await run('tar', ['-tzf', path.join(root, tarball)]);
    const files = listed
      .split('\n')
      .filter((name) => name !== '')
      .map((name) => name.replace('package/', ''));

    const store = path.join(root, 'store', 'node_modules');
    const folder = path.join(store, 'temporal-sinch');
    await mkdir(folder, { recursive: true });
    await run('tar', ['-xzf', path.join(root, tarball), '-C', folder, '--strip-components', '1']);
    const { default: manifest } = (await import(path.join(folder, 'package.json'), { with: { type: 'json' } })) as {
      default: { dependencies: object; peerDependencies: object };
    };
    await link(store, [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);

    let projects = 0;
    return {
      files,
      folder,
      async project(packages) {
        projects += 1;
        const project = path.join(root, `project-${projects}`);
        const modules = path.join(project, 'node_modules');
        await mkdir(modules, { recursive: true });
        await link(modules, packages);
        await symlink(folder, path.join(modules, 'temporal-sinch'), 'junction');
        return project;
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Links packages that are installed here. */
async function link(modules: string, packages: readonly string[]): Promise<void> {
  for (const name of packages) {
    const target = path.join(modules, name);
    await mkdir(path.dirname(target), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules', name), target, 'junction');
  }
}
