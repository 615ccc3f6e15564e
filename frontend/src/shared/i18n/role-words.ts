import type { Role } from '@cowrite/contract';
import type { Locale } from './locale.ts';

/** What each role may do, in one line. */
export const ROLE_LINES: Record<Role, Record<Locale, string>> = {
  owner: { ko: '모든 것을 합니다. 사람을 초대하고, 작품을 넘기거나 지울 수 있습니다.', en: 'Everything: invites people, hands the work over, deletes it.' },
  writer: { ko: '글을 쓰고 차례를 고칩니다.', en: 'Writes the text and changes the outline.' },
  editor: { ko: '읽고, 고칠 곳을 제안하고, 댓글을 답니다. 글을 직접 바꾸지는 않습니다.', en: 'Reads, suggests changes and comments. Does not change the text itself.' },
  reviewer: { ko: '읽고 댓글을 답니다.', en: 'Reads and comments.' },
  reader: { ko: '읽기만 합니다.', en: 'Reads.' },
};
