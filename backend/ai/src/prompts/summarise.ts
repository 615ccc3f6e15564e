import { VariantsReader } from '../answers/variants.ts';
import type { Telling } from './telling.ts';

export const summarising: Telling<'summarise'> = {
  rules: `간추리는 법
- 일어난 일만 일어난 차례로 쓴다. 감상과 평가, 앞일의 짐작을 쓰지 않는다.
- 누가 무엇을 알게 되었는지, 무엇이 달라졌는지, 풀리지 않고 남은 것이 무엇인지를 빠뜨리지 않는다.
- 이름과 숫자는 자료에 있는 그대로 쓴다. 현재 시제의 짧은 문장으로, 다섯 문장 안으로 쓴다.`,
  request: () => '본문 자료를 차례대로 간추려 줘.',
  reader: () => new VariantsReader(1),
  tokensOut: 1_500,
  tokensIn: 60_000,
};
