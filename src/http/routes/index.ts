import type { ApiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import type { OpenApiDocument } from '../open-api.ts';
import { auditRoutes } from './audit.ts';
import { campaignRoutes } from './campaigns.ts';
import { codecRoutes } from './codec.ts';
import { codeRoutes } from './codes.ts';
import { erasureRoutes } from './erasures.ts';
import { exporterRoutes } from './exporter.ts';
import { healthRoutes } from './health.ts';
import { holdRoutes } from './holds.ts';
import { integrationRoutes } from './integrations.ts';
import { keyRoutes } from './keys.ts';
import { lateReportRoutes } from './late-reports.ts';
import { ledgerRoutes } from './ledger.ts';
import { metricsRoutes } from './metrics.ts';
import { messageRoutes } from './messages.ts';
import { previewRoutes } from './preview.ts';
import { projectRoutes } from './project-settings.ts';
import { scenarioStepRoutes } from './scenario-steps.ts';
import { searchRoutes } from './search.ts';
import { unmatchedReportRoutes } from './unmatched-reports.ts';
import { senderRoutes } from './senders.ts';
import { sweepRoutes } from './sweeps.ts';

/** Every route of the API. A new noun is a file of its own and a line here. */
export function apiRoutes(deps: AppDeps, document: () => OpenApiDocument): readonly ApiRoute[] {
  return [
    ...healthRoutes(deps, document),
    ...metricsRoutes(deps),
    ...scenarioStepRoutes(deps),
    ...messageRoutes(deps),
    ...searchRoutes(deps),
    ...holdRoutes(deps),
    ...previewRoutes(deps),
    ...ledgerRoutes(deps),
    ...campaignRoutes(deps),
    ...lateReportRoutes(deps),
    ...unmatchedReportRoutes(deps),
    ...sweepRoutes(deps),
    ...projectRoutes(deps),
    ...integrationRoutes(deps),
    ...senderRoutes(deps),
    ...keyRoutes(deps),
    ...exporterRoutes(deps),
    ...erasureRoutes(deps),
    ...auditRoutes(deps),
    ...codeRoutes(),
    ...codecRoutes(deps),
  ];
}
