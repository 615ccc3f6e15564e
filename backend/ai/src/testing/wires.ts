/** The three wires: OpenAI’s Responses, Anthropic’s Messages, and Chat Completions, which everybody else’s servers speak. */
export type Wire = 'responses' | 'messages' | 'chat';

/** How an answer may end by the maker’s word. */
export type End = 'stop' | 'length' | 'refusal';

interface Tokens {
  in: number;
  out: number;
}

interface WireFormat {
  /** What its address ends with. */
  path: string;
  begins(model: string, usage: Tokens): string;
  says(text: string): string;
  ends(end: End, usage: Tokens): string;
  failure(status: number): unknown;
  /** What of a request the model reads. */
  messages(body: unknown): { system: string; user: string };
}

type Content = string | readonly { text: string }[];
const textOf = (content: Content | undefined): string => (content === undefined ? '' : typeof content === 'string' ? content : content.map(({ text }) => text).join(''));
const byRole = (messages: readonly { role: string; content: Content }[], roles: readonly string[]): string =>
  messages
    .filter(({ role }) => roles.includes(role))
    .map(({ content }) => textOf(content))
    .join('');
const named = (type: string, value: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`;
const line = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (model: string, choices: readonly object[], more: object = {}): string => line({ id: 'chat_1', object: 'chat.completion.chunk', created: 1, model, choices, ...more });
const openAiFailure = (status: number) => ({ error: { message: `failed with ${status}`, type: status === 429 ? 'rate_limit_exceeded' : 'server_error', param: null, code: null } });
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = { 401: 'authentication_error', 403: 'permission_error', 429: 'rate_limit_error', 529: 'overloaded_error' };

export const WIRES: Readonly<Record<Wire, WireFormat>> = {
  responses: {
    path: '/responses',
    begins: (model) =>
      named('response.created', { sequence_number: 0, response: { id: 'resp_1', object: 'response', created_at: 1, status: 'in_progress', model, output: [] } }) +
      named('response.output_item.added', { sequence_number: 1, output_index: 0, item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] } }),
    says: (text) => named('response.output_text.delta', { sequence_number: 2, item_id: 'msg_1', output_index: 0, content_index: 0, delta: text, logprobs: [] }),
    ends(end, usage) {
      const refused = end === 'refusal' ? named('response.refusal.delta', { sequence_number: 3, item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'I cannot help with that.' }) : '';
      const item = named('response.output_item.done', { sequence_number: 4, output_index: 0, item: { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [] } });
      const type = end === 'length' ? 'response.incomplete' : 'response.completed';
      const response = {
        id: 'resp_1',
        incomplete_details: end === 'length' ? { reason: 'max_output_tokens' } : null,
        usage: { input_tokens: usage.in, input_tokens_details: { cached_tokens: 0 }, output_tokens: usage.out, output_tokens_details: { reasoning_tokens: 0 } },
      };
      return refused + item + named(type, { sequence_number: 5, response });
    },
    failure: openAiFailure,
    messages(body) {
      const { input } = body as { input: { role: string; content: Content }[] };
      return { system: byRole(input, ['system', 'developer']), user: byRole(input, ['user']) };
    },
  },
  messages: {
    path: '/messages',
    begins: (model, usage) =>
      named('message_start', { message: { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: usage.in, output_tokens: 1 } } }) +
      named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    says: (text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    ends: (end, usage) =>
      named('content_block_stop', { index: 0 }) +
      named('message_delta', { delta: { stop_reason: end === 'stop' ? 'end_turn' : end === 'length' ? 'max_tokens' : 'refusal', stop_sequence: null }, usage: { output_tokens: usage.out } }) +
      named('message_stop', {}),
    failure: (status) => ({ type: 'error', error: { type: ANTHROPIC_TYPES[status] ?? 'api_error', message: `failed with ${status}` } }),
    messages(body) {
      const { system, messages } = body as { system: Content; messages: { role: string; content: Content }[] };
      return { system: textOf(system), user: byRole(messages, ['user']) };
    },
  },
  chat: {
    path: '/chat/completions',
    begins: (model) => chunk(model, [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    says: (text) => chunk('local', [{ index: 0, delta: { content: text }, finish_reason: null }]),
    ends(end, usage) {
      const refused = end === 'refusal' ? chunk('local', [{ index: 0, delta: { refusal: 'I cannot help with that.' }, finish_reason: null }]) : '';
      const finish = chunk('local', [{ index: 0, delta: {}, finish_reason: end === 'length' ? 'length' : 'stop' }]);
      const counted = chunk('local', [], { usage: { prompt_tokens: usage.in, completion_tokens: usage.out, total_tokens: usage.in + usage.out } });
      return `${refused}${finish}${counted}data: [DONE]\n\n`;
    },
    failure: openAiFailure,
    messages(body) {
      const { messages } = body as { messages: { role: string; content: Content }[] };
      return { system: byRole(messages, ['system']), user: byRole(messages, ['user']) };
    },
  },
};
