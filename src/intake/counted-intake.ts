import type { Counters } from '../contract/metrics.ts';
import type { Intake, IntakeAnswer } from './intake.ts';

/** The intake, with each recipient's answer counted. */
export function createCountedIntake(intake: Intake, counters: Counters): Intake {
  function count(projectId: string, answers: readonly IntakeAnswer[]): void {
    for (const { status } of answers) counters.increment('sinch_intake_answers_total', { projectId, status });
  }

  async function counting<T>(projectId: string, recipients: number, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      counters.increment('sinch_intake_answers_total', { projectId, status: 'failed' }, recipients);
      throw error;
    }
  }

  return {
    async take(project, body) {
      const answer = await counting(project.projectId, 1, intake.take(project, body));
      count(project.projectId, [answer]);
      return answer;
    },
    async takeMany(project, bodies) {
      const answers = await counting(project.projectId, bodies.length, intake.takeMany(project, bodies));
      count(project.projectId, answers);
      return answers;
    },
  };
}
