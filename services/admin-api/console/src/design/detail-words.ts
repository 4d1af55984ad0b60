import { defineWords } from '../words/words.ts';

export const detailWords = defineWords(
  {
    field: 'Field',
    before: 'Before',
    after: 'After',
    show: 'Details',
    pipeline: 'Pipeline',
    allPipelines: 'All pipelines',
  },
  {
    field: '字段',
    before: '变更前',
    after: '变更后',
    show: '详情',
    pipeline: '管道',
    allPipelines: '全部管道',
  },
);
