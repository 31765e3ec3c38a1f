import 'reflect-metadata';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createNodeListener, type Webhook } from 'temporal-sinch/webhook';

// oxlint-disable-next-line typescript/no-extraneous-class -- Nest's modules are classes
class AppModule {}
// Yours has the decorator `@Module({…})` in front.
Module({})(AppModule);

/** An application of NestJS 11 that takes Sinch's callbacks; `webhook` is that of webhook.ts. */
export async function createNestApp(webhook: Webhook): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  // Before the application starts, and so before its body parser: signatures are made over the raw bytes.
  app.use('/webhooks/sinch', createNodeListener(webhook));
  return app;
}
