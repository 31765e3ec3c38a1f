import { previewRecipient, previewRequestSchema, previewText, textPreviewSchema } from '../../requests/index.ts';
import type { FieldError } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';

/** What a text takes to send, before anything is sent. */
export function previewRoutes({ settings }: Pick<AppDeps, 'settings'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'post',
      path: '/v1/projects/{projectId}/messages/preview',
      id: 'previewText',
      tag: 'Messages',
      summary:
        'Count the parts of a text, and tell the country of a recipient and what would be refused; sends nothing',
      body: { schema: previewRequestSchema },
      answer: textPreviewSchema,
      problems: ['invalid_settings'],
      async handle({ params, json }) {
        const { bareNumbers, defaultSender } = await projectOf(settings, params.projectId);
        const body = previewRequestSchema.safeParse(json(['recipient', 'sender']));
        if (!body.success) {
          const errors = body.error.issues.map(({ path, message }): FieldError => ({ field: path.join('.'), message }));
          throw new Problem(
            'invalid_settings',
            'The preview takes `text` and, if need be, `maxParts`, `recipient` and `sender`',
            errors,
          );
        }
        const { text, maxParts, recipient, sender = recipient === undefined ? undefined : defaultSender } = body.data;
        return {
          ...previewText(text, maxParts === undefined ? {} : { maxParts }),
          ...previewRecipient({ recipient, sender }, { bareNumbers }),
        };
      },
    }),
  ];
}
