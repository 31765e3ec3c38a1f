import { StackError } from './stack-error.ts';
import {
  newApiKey,
  readStackFile,
  type StackFile,
  type StackPorts,
  stackFilePath,
  writeStackFile,
} from './stack-file.ts';

/** A data folder's file, as the stack that has the folder sees it. */
export interface StackFileClaim {
  /** The one that was given, else the folder's, else a new one. */
  readonly apiKey: string;
  /** Whether it was made now, so that a person has to be shown it. */
  readonly apiKeyIsNew: boolean;
  /** Those of the last start, as far as there was one. */
  readonly ports: StackPorts;
  /** Notes where the stack is; nothing without a data folder. */
  publish(addresses: Omit<StackFile, 'apiKey'>): Promise<void>;
  /** Takes the addresses away. The ports stay, and a key that was made; one that was given is the giver's to keep. */
  withdraw(): Promise<void>;
}

/**
 * Takes a data folder's file for a stack that is about to start.
 *
 * @throws StackError `stack_running` where a stack that still answers has it; StackFileError
 */
export async function claimStackFile(
  dataDir: string | undefined,
  givenKey: string | undefined,
): Promise<StackFileClaim> {
  const file = dataDir === undefined ? undefined : await fileOfNobody(dataDir);
  const apiKey = givenKey ?? file?.apiKey ?? newApiKey();
  const keptKey = file?.apiKey ?? (givenKey === undefined ? apiKey : undefined);
  let published: Pick<StackFile, 'projectId' | 'ports'> | undefined;
  return {
    apiKey,
    apiKeyIsNew: givenKey === undefined && file?.apiKey === undefined,
    ports: file?.ports ?? {},
    async publish(addresses) {
      if (dataDir === undefined) return;
      published = { projectId: addresses.projectId, ports: addresses.ports };
      await writeStackFile(dataDir, { apiKey, ...addresses });
    },
    async withdraw() {
      if (dataDir === undefined || published === undefined) return;
      await writeStackFile(dataDir, { ...(keptKey === undefined ? {} : { apiKey: keptKey }), ...published });
    },
  };
}

/** Whether a stack that still answers has the data folder. */
export async function isStackRunning(dataDir: string): Promise<boolean> {
  const url = (await readStackFile(dataDir))?.url;
  return url !== undefined && (await answers(url));
}

/** The file, if there is one and no stack that answers has it: one that was killed leaves its addresses behind. */
async function fileOfNobody(dataDir: string): Promise<StackFile | undefined> {
  const file = await readStackFile(dataDir);
  if (file?.url === undefined || !(await answers(file.url))) return file;
  throw new StackError(
    'stack_running',
    `A stack already runs with the folder ${dataDir}: process ${file.pid ?? 'unknown'}, ${file.url} ` +
      `(${stackFilePath(dataDir)}). Use that one, stop it first, or give another folder with --data-dir.`,
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
