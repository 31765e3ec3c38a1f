export {
  CODE_KINDS,
  type CodeExplanation,
  codeExplanationSchema,
  type CodeKind,
  codeRequestSchema,
  type Fault,
  FAULTS,
  type Permanence,
} from './code-explanation.ts';
export { explainCode, findCode, listCodes, nearCodes } from './explain-code.ts';
export { explainEnd, kindOfReportCode, nameOfReportCode } from './explain-end.ts';
