import { z } from '@hono/zod-openapi';
import { LARGEST_CODEC_BODY_BYTES, PayloadCodecError, runCodec } from '../../payload-encryption/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { Problem } from '../problem.ts';

const payloads = z
  .object({
    payloads: z.array(
      z.object({
        metadata: z.record(z.string(), z.string()).optional().openapi({ description: 'Values in base64.' }),
        data: z.string().optional().openapi({ description: 'In base64.' }),
      }),
    ),
  })
  .openapi('Payloads');

/**
 * A codec server for Temporal's web UI and command line. What it decrypts is of all projects, so no key of a project is
 * enough.
 */
export function codecRoutes(deps: Pick<AppDeps, 'payloadCodec'>): ApiRoute[] {
  const route = (direction: 'encode' | 'decode', summary: string): ApiRoute =>
    apiRoute({
      access: 'codec',
      method: 'post',
      path: `/codec/${direction}`,
      id: `${direction}Payloads`,
      tag: 'Payload encryption',
      summary,
      description: 'A codec server as the web UI of Temporal calls it; its origin has to be in `CODEC_ORIGINS`.',
      // The UI adds what its own version knows, such as `preserveStorageRefs`.
      ignoresQuery: true,
      body: { schema: payloads, largestBytes: LARGEST_CODEC_BODY_BYTES },
      answer: payloads,
      problems: ['payload_undecodable'],
      async handle({ json }) {
        const body = json();
        try {
          return await runCodec(deps.payloadCodec.codec, direction, body);
        } catch (error) {
          if (!(error instanceof PayloadCodecError)) throw error;
          throw error.code === 'invalid_payloads'
            ? new Problem('invalid_body', error.message)
            : new Problem(error.code, error.message);
        }
      },
    });
  return [
    route('decode', "Decrypt payloads of Temporal's histories"),
    route('encode', 'Encrypt payloads as this deployment does'),
  ];
}
