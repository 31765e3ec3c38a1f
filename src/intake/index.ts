export { createCountedIntake } from './counted-intake.ts';
export { createIntake, type Intake, type IntakeAnswer, type IntakeOptions } from './intake.ts';
export { createStarts, DEFAULT_START_GRACE_MS, type Starts, type StartsOptions } from './starts.ts';
