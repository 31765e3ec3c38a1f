import { homedir } from 'node:os';
import path from 'node:path';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

/** The folder of this user for what can be made again, by the custom of each system. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const home = env['HOME'] ?? homedir();
  if (env['XDG_CACHE_HOME']) return path.join(env['XDG_CACHE_HOME'], 'temporal-sinch');
  switch (platform) {
    case 'darwin':
      return path.join(home, 'Library', 'Caches', 'temporal-sinch');
    case 'win32':
      return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'temporal-sinch', 'Cache');
    default:
      return path.join(home, '.cache', 'temporal-sinch');
  }
}

/** Where the program of the pinned release is kept. */
export function cachedProgram(cacheDir: string, platform: NodeJS.Platform = process.platform): string {
  return path.join(cacheDir, `temporal-${TEMPORAL_CLI_VERSION}${platform === 'win32' ? '.exe' : ''}`);
}
