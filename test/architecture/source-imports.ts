import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds the product's source. */
export const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));

/** One import or re-export of one file. */
export interface SourceImport {
  /** Relative to `src`, such as `http/app.ts`. */
  file: string;
  /** The folder of the file, or the file itself where it lies in `src`. */
  from: string;
  specifier: string;
  /** The imported file relative to `src`; absent where it is a package. */
  target?: string;
  /** The folder of the imported file, or the file itself where it lies in `src`; absent where it is a package. */
  to?: string;
  typeOnly: boolean;
}

const STATIC = /^(import|export)\s+(type\s+)?(?:[^;'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Every source file, relative to `src`. */
export function sourceFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

/** What a text with such a path, relative to `src`, imports. */
export function importsOf(file: string, text: string): SourceImport[] {
  const importOf = (specifier: string, typeOnly: boolean): SourceImport => {
    const from = unitOf(file);
    if (!specifier.startsWith('.')) return { file, from, specifier, typeOnly };
    const target = path.posix.join(path.posix.dirname(file), specifier);
    return { file, from, specifier, typeOnly, target, to: unitOf(target) };
  };
  return [
    ...[...text.matchAll(STATIC)].map(([, , type, specifier = '']) => importOf(specifier, type !== undefined)),
    ...[...text.matchAll(DYNAMIC)].map(([, specifier = '']) => importOf(specifier, false)),
  ];
}

/** What all source files import. */
export function allImports(): SourceImport[] {
  return sourceFiles().flatMap((file) => importsOf(file, readFileSync(path.join(SOURCE, file), 'utf8')));
}

/** `http` for `http/app.ts`, `worker.ts` for `worker.ts`. */
export function unitOf(file: string): string {
  return file.split('/')[0] ?? file;
}
