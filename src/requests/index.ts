export { explainRecipient } from './explain-recipient.ts';
export {
  LONGEST_TEXT,
  type MessageRequest,
  messageRequestSchema,
  type ParsedMessageRequest,
  parseMessageRequest,
  type RequestError,
} from './message-request.ts';
export { prepareMessage, type PrepareContext, type PreparedMessage } from './prepare-message.ts';
export { previewRecipient } from './preview-recipient.ts';
export { previewRequestSchema, previewText, type TextPreview, textPreviewSchema } from './preview-text.ts';
