export {
  type MessageRequest,
  messageRequestSchema,
  type ParsedMessageRequest,
  parseMessageRequest,
  type RequestError,
} from './message-request.ts';
export { prepareMessage, type PrepareContext, type PreparedMessage } from './prepare-message.ts';
