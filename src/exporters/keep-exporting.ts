import { Client, type ClientOptions, WorkflowNotFoundError } from '@temporalio/client';
import type { ExportInput, WakeReason } from '../contract/export.ts';
import type { Log } from '../contract/log.ts';
import { EXPORT_WORKFLOW, exportWorkflowIdOf, WAKE_EXPORT_SIGNAL } from '../contract/names.ts';
import { reasonOf } from '../contract/reason.ts';
import { repeat, type Repeated } from '../timing/index.ts';
import type { CampaignEventExporter } from './exporter.ts';

/** How often the exporters are looked at, in milliseconds. */
const RECONCILE_MS = 1_000;

/** How often an export that should run is made sure of, in milliseconds: somebody may have ended it by hand. */
const ENSURE_MS = 60_000;

/** What {@link keepExporting} needs. */
export interface KeepExportingOptions {
  connection: NonNullable<ClientOptions['connection']>;
  namespace: string;
  dataConverter?: ClientOptions['dataConverter'] | undefined;
  /** Who starts and wakes, as histories show it. @default the SDK's */
  identity?: string | undefined;
  /** Queue of the workers that have the exporter's activity. */
  taskQueue: string;
  exporter: Pick<CampaignEventExporter, 'active'>;
  log: Log;
}

interface Kept {
  updatedAt: string;
  /** Whether events waited when it was last known. */
  pending: boolean;
  ensuredAt: number;
}

/**
 * Keeps one export running for every project with an exporter that is enabled, and wakes it when there are events for it
 * again. An export that has nothing to do waits for that, so that it costs next to nothing. Every process with an
 * exporter does it; the export's id makes that one export. Closing leaves the exports to go on where another process has
 * the exporter.
 */
export function keepExporting(options: KeepExportingOptions): Repeated {
  const { connection, namespace, dataConverter, identity, taskQueue, exporter, log } = options;
  const { workflow } = new Client({
    connection,
    namespace,
    ...(dataConverter ? { dataConverter } : {}),
    ...(identity === undefined ? {} : { identity }),
  });
  const kept = new Map<string, Kept>();

  const startOptions = (projectId: string) => ({
    workflowId: exportWorkflowIdOf(projectId),
    taskQueue,
    args: [{ projectId } satisfies ExportInput] as [ExportInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    staticSummary: `Campaign events of project ${projectId} to the engagement platform`,
  });

  async function wake(projectId: string, reason: WakeReason): Promise<void> {
    await workflow.signalWithStart(EXPORT_WORKFLOW, {
      ...startOptions(projectId),
      signal: WAKE_EXPORT_SIGNAL,
      signalArgs: [reason],
    });
  }

  /** It ends by itself as soon as it looks; one that waits is told to look. */
  async function letEnd(projectId: string): Promise<void> {
    try {
      await workflow
        .getHandle(exportWorkflowIdOf(projectId))
        .signal(WAKE_EXPORT_SIGNAL, 'settings' satisfies WakeReason);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  async function follow(projectId: string, updatedAt: string, pending: boolean): Promise<void> {
    const known = kept.get(projectId);
    let ensuredAt = Date.now();
    if (known?.updatedAt !== updatedAt) await wake(projectId, 'settings');
    else if (pending && !known.pending) await wake(projectId, 'events');
    else if (ensuredAt - known.ensuredAt >= ENSURE_MS) await workflow.start(EXPORT_WORKFLOW, startOptions(projectId));
    else ensuredAt = known.ensuredAt;
    kept.set(projectId, { updatedAt, pending, ensuredAt });
  }

  async function reconcile(): Promise<void> {
    const active = await exporter.active().catch((error: unknown) => {
      // Whether any waited meanwhile is not known, so that the next ones count as news.
      for (const each of kept.values()) each.pending = false;
      throw error;
    });
    const gone = new Set(kept.keys());
    for (const { projectId, updatedAt, pending } of active) {
      gone.delete(projectId);
      await attempt(projectId, () => follow(projectId, updatedAt, pending));
    }
    for (const projectId of gone) {
      await attempt(projectId, async () => {
        await letEnd(projectId);
        kept.delete(projectId);
      });
    }
  }

  /** One project's failure is none of the others'. */
  async function attempt(projectId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      warn({ projectId }, 'The export of campaign events could not be started or woken; trying again', error);
    }
  }

  function warn(fields: Record<string, unknown>, message: string, error: unknown): void {
    log.warn({ ...fields, error: reasonOf(error) }, message);
  }

  return repeat({
    task: reconcile,
    everyMs: RECONCILE_MS,
    onFailure: (error) => warn({}, 'The exporters could not be read; exports go on as they are', error),
  });
}
