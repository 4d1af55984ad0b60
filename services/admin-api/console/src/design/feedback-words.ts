import { defineWords } from '../words/words.ts';

export const feedbackWords = defineWords(
  {
    notHere: 'this admin API does not offer this yet',
    notHereRemedy: 'update the admin API to the version of this console',
  },
  {
    notHere: '当前 admin API 尚不提供此功能',
    notHereRemedy: '请将 admin API 升级到与控制台相同的版本',
  },
);
