import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Marks the results of workflows that return a text. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        const result = await next(input);
        return typeof result === 'string' ? `${result} (intercepted)` : result;
      },
    },
  ],
});
