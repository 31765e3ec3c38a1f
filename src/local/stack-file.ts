import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../contract/json-text.ts';
import { reasonOf } from '../contract/reason.ts';
import { StackError } from './stack-error.ts';

/** Folder of a local stack unless another one is named, in the folder where the command runs. */
export const DEFAULT_DATA_DIR = '.data';

const FILE_NAME = 'stack.json';

const portSchema = z.number().int().min(1).max(65_535).optional();

const stackFileSchema = z.object({
  /** Absent where the one who starts the stack gives it. */
  apiKey: z.string().min(1).optional(),
  /** Those of the last start, which the next one takes again. */
  ports: z.object({ http: portSchema, temporal: portSchema, ui: portSchema }).optional(),
  projectId: z.string(),
  /** Absent while no stack runs, like everything after it. */
  url: z.string().optional(),
  temporalAddress: z.string().optional(),
  temporalUi: z.string().optional(),
  simulatorUrl: z.string().optional(),
  pid: z.number().int().optional(),
});

/**
 * What a local stack leaves for the commands that speak to it: its API key and its ports for good, its addresses while it
 * runs.
 */
export type StackFile = z.output<typeof stackFileSchema>;

/** Ports of a stack: of the HTTP API, of Temporal's own, and of its web UI. */
export type StackPorts = NonNullable<StackFile['ports']>;

/** The file of a data folder is there and cannot be used. */
export class StackFileError extends Error {
  override readonly name = 'StackFileError';
  readonly code = 'stack_file_unreadable';
}

/** Where the stack of a data folder notes its key and its addresses. */
export function stackFilePath(dataDir: string): string {
  return path.join(dataDir, FILE_NAME);
}

/** @throws StackFileError when there is a file and it is none of ours */
export async function readStackFile(dataDir: string): Promise<StackFile | undefined> {
  const file = stackFilePath(dataDir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new StackFileError(`Reading ${file} failed: ${reasonOf(cause)}`, {
      cause,
    });
  }
  const json = parseJson(text);
  const parsed = stackFileSchema.safeParse(json.ok ? json.value : undefined);
  if (parsed.success) return parsed.data;
  throw new StackFileError(
    `${file} is not ${json.ok ? '' : `JSON (${json.problem}), and not `}what \`temporal-sinch up\` writes. Delete it: the next \`up\` makes a new one, with a new API key.`,
  );
}

/**
 * Makes the data folder where there is none, for this user's eyes only: numbers and texts of messages are in it, and the
 * embedded database makes its files readable and writable for everybody.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
  } catch (cause) {
    throw unusableFolder(dataDir, cause);
  }
}

/** Writes the file whole or not at all, for this user's eyes only: the API key is in it. */
export async function writeStackFile(dataDir: string, content: StackFile): Promise<void> {
  await makeDataDir(dataDir);
  const file = stackFilePath(dataDir);
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
      // A file that is renamed before its content is written may be empty after a loss of power.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    throw unusableFolder(dataDir, cause);
  } finally {
    await rm(draft, { force: true });
  }
}

function unusableFolder(dataDir: string, cause: unknown): StackError {
  return new StackError(
    'folder_unusable',
    `The data folder ${dataDir} cannot be used: ${reasonOf(cause)}. Name one that this user may write to with --data-dir.`,
    { cause },
  );
}

/** A new API key: 192 random bits behind a word that says what it is. */
export function newApiKey(): string {
  return `ts_${randomBytes(24).toString('base64url')}`;
}
