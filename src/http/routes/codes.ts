import { codeExplanationSchema, codeRequestSchema, explainCode } from '../../codes/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import { Problem } from '../problem.ts';

/** What codes mean. */
export function codeRoutes(): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/codes/{kind}/{code}',
      id: 'explainCode',
      tag: 'Codes',
      summary: 'Explain a code: what it means, whose fault it is, what to do',
      answer: codeExplanationSchema,
      problems: ['unknown_code'],
      async handle({ params }) {
        const wanted = codeRequestSchema.safeParse(params);
        const found = wanted.success ? explainCode(wanted.data.kind, wanted.data.code) : undefined;
        if (found) return found;
        const kinds = codeRequestSchema.shape.kind.options.join(', ');
        throw new Problem('unknown_code', `There is no such code; expected one of the kind ${kinds}, then the code`);
      },
    }),
  ];
}
