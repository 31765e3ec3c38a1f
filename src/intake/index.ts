export { createIntake, type Intake, type IntakeAnswer, type IntakeOptions } from './intake.ts';
export { createStarts, type Starts, type StartsOptions } from './starts.ts';
