/** Whether an integration works, in words: one cheap request, and where it is refused one to each other region. */
import { HOST_NOT_ALLOWED } from '../hosts/index.ts';
import type { Integration, Region } from '../settings/index.ts';
import type { AccessCheck, NetworkFault } from './access-check.ts';
import type { SinchClients } from './create-sinch-clients.ts';
import { REGIONS, baseUrlOfRegion } from './regions.ts';

/** What is wrong, if anything. 401 does not tell a wrong token from a wrong plan. */
export type ConnectionVerdict =
  'works' | 'token_or_plan' | 'plan' | 'region' | 'account' | 'address' | 'network' | 'provider';

/** What a test of the connection found. */
export interface ConnectionTest {
  ok: boolean;
  verdict: ConnectionVerdict;
  /** For a person: what is wrong and what to do. Never the token. */
  explanation: string;
  /** HTTP status of the answer; absent where none came. */
  statusCode?: number;
  /** The region that takes plan and token, where it is another than the integration's. */
  workingRegion?: Region;
  tookMs: number;
}

/** What a test needs of an integration. */
export type TestedIntegration = Pick<Integration, 'baseUrl' | 'servicePlanId' | 'apiToken' | 'region'>;

export interface ConnectionTestDeps {
  clients: Pick<SinchClients, 'for'>;
  /** @default Sinch's own hosts */
  baseUrlOf?: (region: Region) => string;
}

/** Asks Sinch. Every end is a result. */
export async function testConnection(
  integration: TestedIntegration,
  { clients, baseUrlOf = baseUrlOfRegion }: ConnectionTestDeps,
): Promise<ConnectionTest> {
  const begun = performance.now();
  const check = await clients.for(integration).checkAccess();
  const isRefused = check.kind === 'answered' && check.statusCode === 401;
  const workingRegion = isRefused && integration.region !== 'custom' ? await searchRegions() : undefined;
  const verdict = workingRegion === undefined ? verdictOf(check, integration) : 'region';
  return {
    ok: verdict === 'works',
    verdict,
    explanation: explain(check, verdict, integration, workingRegion),
    ...(check.kind === 'unreachable' ? {} : { statusCode: check.statusCode }),
    ...(workingRegion === undefined ? {} : { workingRegion }),
    tookMs: Math.round(performance.now() - begun),
  };

  /** A plan lives in one region, and the others refuse it like a wrong token. */
  async function searchRegions(): Promise<Region | undefined> {
    const others = REGIONS.filter((region) => region !== integration.region);
    const found = await Promise.all(
      others.map(async (region) => {
        const { kind } = await clients.for({ ...integration, baseUrl: baseUrlOf(region) }).checkAccess();
        return kind === 'admitted' ? region : undefined;
      }),
    );
    return found.find((region) => region !== undefined);
  }
}

function verdictOf(check: AccessCheck, { region }: TestedIntegration): ConnectionVerdict {
  switch (check.kind) {
    case 'admitted':
      return 'works';
    case 'not_sinch':
      // At Sinch's own address somebody on the way answers.
      return region === 'custom' ? 'address' : 'network';
    case 'unreachable':
      return check.fault === 'not_allowed' ? 'address' : 'network';
    case 'answered': {
      const { statusCode } = check;
      if (statusCode < 400) return 'address';
      if (statusCode === 401) return 'token_or_plan';
      if (statusCode === 403) return 'account';
      if (statusCode === 429 || statusCode >= 500) return 'provider';
      // Sinch's own hosts have the path: what they do not have is the plan.
      return region === 'custom' ? 'address' : 'plan';
    }
  }
}

function explain(
  check: AccessCheck,
  verdict: ConnectionVerdict,
  { baseUrl, servicePlanId, region }: TestedIntegration,
  workingRegion: Region | undefined,
): string {
  const host = new URL(baseUrl).host;
  const said = saidOf(check);
  switch (verdict) {
    case 'works':
      return `Sinch takes the API token for service plan ${servicePlanId} at ${host}.`;
    case 'region':
      return `The region is wrong: service plan ${servicePlanId} is in region ${workingRegion}, where Sinch takes its token, and not in ${region}. The region of an integration is fixed: add another integration with region ${workingRegion}.`;
    case 'token_or_plan':
      return `The API token or the service plan id is wrong: ${host} does not take the token for service plan ${servicePlanId} (${said})${region === 'custom' ? '. A plan of another region is refused in the same way' : ', and no other region takes it either'}. Copy both anew from Sinch's dashboard, SMS > APIs.`;
    case 'plan':
      return `The service plan id is wrong: ${host} has nothing under ${servicePlanId} (${said}). Copy it anew from Sinch's dashboard, SMS > APIs.`;
    case 'account':
      return `Sinch knows the plan and forbids its use (${said}). Ask Sinch about the account.`;
    case 'address':
      if (check.kind === 'unreachable') return `The address is wrong: ${NETWORK[check.fault](host)} (${check.code}).`;
      return `The address is wrong, or somebody on the way answers: ${host} does not answer as Sinch does (${said}).${check.kind === 'not_sinch' ? ` ${check.comment}.` : ' Check the base URL of the integration.'}`;
    case 'provider':
      return `Sinch cannot answer at the moment (${said}), so nothing is known about token, plan and region. Try again later.`;
    case 'network':
      if (check.kind === 'unreachable') {
        const why = check.comment === undefined ? check.code : `${check.code}: ${check.comment}`;
        return `${NETWORK[check.fault](host)} (${why}).`;
      }
      return `The network: somebody on the way to ${host} answers in the place of Sinch (${said}).${check.kind === 'not_sinch' ? ` ${check.comment}.` : ''}`;
  }
}

const NETWORK: Readonly<Record<NetworkFault, (host: string) => string>> = {
  not_allowed: (host) => `${host} ${HOST_NOT_ALLOWED}`,
  proxy: (host) => `The network: ${host} is not reached by the proxy that HTTPS_PROXY or HTTP_PROXY names`,
  dns: (host) => `The network: the name ${host} is not known. Check the address, and the name service of this machine`,
  refused: (host) => `The network: ${host} takes no connection. Check the address, and whether a firewall is between`,
  tls: (host) =>
    `The network: no secure connection to ${host}, whose certificate or protocol is not accepted. Check the address, and whether a proxy is between`,
  timeout: (host) => `The network: ${host} did not answer in time. Try again, and check whether a firewall is between`,
  broken_off: (host) =>
    `The network: ${host} broke the connection off. Try again, and check whether a proxy is between`,
  other: (host) => `The network: no request could be made to ${host}. Check the address and the API token`,
};

/** What came back, with Sinch's own words. */
function saidOf(check: AccessCheck): string {
  if (check.kind === 'unreachable') return check.code;
  const isPageless = check.kind === 'not_sinch' && check.statusCode < 300;
  const words = check.kind === 'answered' ? [check.error, check.comment] : isPageless ? ['no list of batches'] : [];
  return [`HTTP ${check.statusCode}`, ...words].filter((part) => part !== undefined).join(', ');
}
