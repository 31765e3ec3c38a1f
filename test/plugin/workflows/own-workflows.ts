import { proxyActivities, workflowInfo } from '@temporalio/workflow';

const { shout } = proxyActivities<{ shout(text: string): Promise<string> }>({ startToCloseTimeout: '5s' });

/** A workflow of somebody who also sends messages. */
export async function greet(name: string): Promise<string> {
  return await shout(`hello ${name}`);
}

/** Takes workflows of every other type. */
export default async function whatever(): Promise<string> {
  return workflowInfo().workflowType;
}
